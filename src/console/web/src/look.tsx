// SPDX-License-Identifier: GPL-3.0-or-later
// Language and theme, on every screen.
import { language, languageSetting } from './core/i18n';
import { themeSetting } from './core/theme';
import { Icon, Menu } from './core/ui';
import { t } from './text';

export function LookMenus() {
  return (
    <>
      <Menu
        right kind="plain" title={t('language')}
        label={language.value === 'en' ? 'EN' : '中文'}
        entries={(['auto', 'zh-CN', 'en'] as const).map((one) => ({
          text: one === 'auto' ? t('auto') : one === 'en' ? 'English' : '中文',
          checked: languageSetting.value === one,
          run: () => (languageSetting.value = one),
        }))}
      />
      <Menu
        right kind="plain" title={t('theme')} label={<Icon name="theme" />}
        entries={(['auto', 'light', 'dark'] as const).map((one) => ({
          text: t(one), checked: themeSetting.value === one, run: () => (themeSetting.value = one),
        }))}
      />
    </>
  );
}
