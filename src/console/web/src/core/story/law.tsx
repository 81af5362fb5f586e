// SPDX-License-Identifier: GPL-3.0-or-later
import { language } from '../i18n';
import { articleOf } from '../law';
import { Badge } from '../ui';
import { t } from './text';

// What is the law's own wording is told from what is ours.
export function ArticleText({ id }: { id: string }) {
  const article = articleOf(id);
  if (article === undefined) {
    return <p><code>{id}</code> <span class="muted">{t('unknownLaw')}</span></p>;
  }
  const isWording = article.official && language.value === 'zh-CN';
  const mark = isWording ? 'official' : article.official ? 'unofficial' : 'summary';
  return (
    <article class="article">
      <h3 class="row wrap">
        {article.title[language.value]}
        <Badge tone={isWording ? 'accent' : 'warn'}>{t(mark)}</Badge>
      </h3>
      {article.text[language.value].split('\n').map((line, i) => <p key={i}>{line}</p>)}
      <p class="muted" title={article.source.page}>{t('source')}: {article.source.name[language.value]}</p>
    </article>
  );
}
