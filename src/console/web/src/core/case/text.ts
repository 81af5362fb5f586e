// SPDX-License-Identifier: GPL-3.0-or-later
import { dictionary, named } from '../i18n';

export const t = dictionary({
  one: ['案件 #{id}', 'Case #{id}'],
  many: ['{n} 个案件', '{n} {n|case|cases}'],
  title: ['{verb}：{what}', '{verb}: {what}'],
  conclude: ['结论', 'Conclusion'],
  outcome: ['结论', 'Outcome'],
  action: ['处理措施', 'Action'],
  listComma: ['；', '; '],
  chooseOutcome: ['请先选择结论。', 'Choose the outcome first.'],
  suggested: ['规则建议：{actions}', 'The pattern suggests: {actions}'],
  reason: ['理由', 'Reason'],
  reasonHint: ['依据了什么，核实了什么', 'What it rests on, what was checked'],
  conditions: ['暂停结算的法定条件', 'What the law asks for before a suspension'],
  conditionsWhy: [
    '须已听取陈述申辩并保障必要就医，且符合其一：涉嫌骗保并拒不配合调查（第三十条），或违法事实已查明（第四十一条）。',
    'The person was heard and necessary care is secured; and either fraud is suspected and co-operation refused (art. 30), or the breach is established (art. 41).',
  ],
  conditionsWords: ['条文', 'The words of the law'],
  conditionsMissing: ['法定条件尚未满足', 'These conditions are not met yet'],
  willClose: ['将由你直接办结。', 'You close it yourself.'],
  willPropose: [
    'A2 以上的措施需由另一人审批：将提请审批。',
    'Above A2 a second person decides: it is proposed for approval.',
  ],
  until: ['暂缓至', 'Until'],
  tomorrow: ['明天 9:00', 'Tomorrow 9:00'],
  inDays: ['{n} 天后', 'In {n} {n|day|days}'],
  onDay: ['指定日期', 'On a day'],
  untilLimit: [
    '最长 30 天，且不晚于期限前 3 个工作日。',
    'At most 30 days, and not into the last 3 working days of its clock.',
  ],
  assignTo: ['分派给', 'Assign to'],
  me: ['我自己', 'Myself'],
  nobody: ['没有可分派的核查员', 'There is nobody to assign to'],
  appealDecision: ['复核结果', 'Decision on the appeal'],
  cancel: ['取消', 'Cancel'],
  done: ['{what}：{verb}', '{what}: {verb}'],
  doneSome: [
    '{verb}：{ok} 个完成，{bad} 个未完成（{why}）',
    '{verb}: {ok} done, {bad} not ({why})',
  ],
  undone: ['已撤销：{what}', 'Taken back: {what}'],
  undoneSome: ['{bad} 个案件无法撤销', '{bad} {bad|case|cases} could not be taken back'],
});

// What each grade of action does to the person or the institution.
export const actionWhy = named({
  1: [
    '只作标记：继续累计，不接触当事人。',
    'Only marked: it goes on being counted, nobody is contacted.',
  ],
  2: [
    '下次结算时提示窗口核对人与证，不影响待遇。',
    'At the next settlement the counter is asked to check person and card; benefits are not touched.',
  ],
  3: [
    '交经办机构核查，15 个工作日内答复。',
    'The agency verifies it and answers within 15 working days.',
  ],
  4: [
    '到机构现场检查，调取监控、处方与进销存。',
    'A visit to the institution: footage, prescriptions, purchases and stock.',
  ],
  5: [
    '建议暂停联网结算：费用须全额垫付。须满足第三十条或第四十一条的条件。',
    'Networked settlement stops and fees are prepaid in full. It needs what article 30 or 41 asks for.',
  ],
  6: [
    '涉嫌犯罪，连同证据包移送公安机关。',
    'A crime is suspected: it goes to the police with the evidence pack.',
  ],
});
