// SPDX-License-Identifier: GPL-3.0-or-later
import { dictionary, named } from '../../core/i18n';

export const t = dictionary({
  number: ['案件 #{id}', 'Case #{id}'],
  noNumber: ['没有案件编号', 'No case number'],
  toQueue: ['返回队列', 'Back to the queue'],
  keys: ['案件', 'Case'],

  // Head
  subject: ['对象', 'Subject'],
  region: ['地区', 'Region'],
  atRisk: ['涉及金额', 'Money at risk'],
  probability: ['概率', 'Probability'],
  rank: ['排序值', 'Rank'],
  rankWhy: [
    '概率 {p} × 金额 {money}（元，至少 100）× 紧急度 {urgency}',
    'probability {p} × money {money} (yuan, at least 100) × urgency {urgency}',
  ],
  clock: ['法定期限', 'Legal clock'],
  extended: ['已延期', 'extended'],
  closed: ['办结', 'Closed'],
  assignee: ['承办人', 'Assignee'],
  nobody: ['无人承办', 'nobody'],
  lease: ['租约至', 'Leased until'],
  leaseWhy: ['到时未开始核查，将放回队列', 'If it is not begun by then, it goes back to the queue'],
  control: ['对照样本', 'Control sample'],
  controlWhy: [
    '随机抽取、没有预警的对象，用来衡量系统漏掉了多少。',
    'Drawn at random, no alert speaks of it: it measures what the system misses.',
  ],
  snoozedUntil: ['暂缓至 {time}', 'Snoozed until {time}'],
  escalated: ['已升级：无人办理', 'Escalated: nobody worked on it'],
  withdrawnSome: [
    '{all} 条预警中有 {n} 条已撤回：{which}。其依据已因冲正或迟到的记录而消失。',
    '{n} of {all} alerts {n|was|were} withdrawn: {which}. A reversal or a late record took their grounds away.',
  ],
  changed: ['案件在别处有了变化：{what}', 'The case changed elsewhere: {what}'],
  reload: ['查看新内容', 'Show what is new'],

  // Left
  alerts: ['预警', 'Alerts'],
  events: ['{n} 笔', '{n} {n|event|events}'],
  parties: ['涉及', 'Involved'],
  otherCases: ['另涉 {n} 案', '{n} other {n|case|cases}'],
  showAll: ['显示全部 {n} 个', 'Show all {n}'],
  isSubject: ['对象', 'subject'],

  // Right
  status: ['状态', 'Status'],
  decide: ['作出结论', 'Conclude'],
  print: ['报告与打印', 'Report and print'],
  evidence: ['证据包', 'Evidence pack'],
  evidenceWhy: ['签名的归档：预警、事件、规则包哈希与重放命令', 'A signed archive: alerts, events, pack hash, how to replay'],
  nothingAllowed: ['你现在不能对它做什么。', 'There is nothing you may do with it now.'],
  proposed: ['提请的结论', 'What was proposed'],
  by: ['由 {name}', 'by {name}'],
  undo: ['撤销上一步', 'Take the last step back'],
  undoLeft: ['还剩 {time}', '{time} left'],
  undone: ['已撤销', 'Taken back'],

  notes: ['备注', 'Notes'],
  noteHint: ['写备注（Ctrl+Enter 发送）', 'Write a note (Ctrl+Enter sends)'],
  send: ['发送', 'Send'],
  tags: ['标签', 'Tags'],
  tagHint: ['加标签', 'Add a tag'],
  tagRemove: ['去掉标签 {tag}', 'Remove tag {tag}'],
  add: ['添加', 'Add'],
  files: ['附件', 'Files'],
  fileHint: ['拖到这里，或', 'Drop files here, or'],
  fileChoose: ['选择文件', 'choose'],
  fileLimit: ['每个不超过 {size}', 'Up to {size} each'],
  fileTooLarge: ['{name}：超过 {size}', '{name}: more than {size}'],
  fileTaken: ['{name} 已上传', '{name} is on file'],
  links: ['关联案件', 'Linked cases'],
  linkNumber: ['案件编号', 'Case number'],
  linkReason: ['为何有关', 'Why they belong together'],
  linkAdd: ['关联', 'Link'],
  history: ['经过', 'History'],
  bySystem: ['系统', 'the system'],
  revisedTimes: ['更新 {n} 次', 'revised {n} times'],
  none: ['无', 'none'],

  // Unmasking
  unmask: ['查看真实身份', 'Show identities'],
  unmaskWhy: [
    '查看一人立即显示；多人需要第二人批准。两者都会记入审计，离开本页后不再显示。',
    'One person is shown at once; several need a second person. Both go into the audit, and are gone when you leave the page.',
  ],
  unmaskWho: ['谁', 'Who'],
  unmaskReason: ['理由', 'Reason'],
  unmaskAsk: ['查看', 'Show'],
  unmaskWaiting: ['申请 #{id} 等待另一人批准', 'Request #{id} waits for a second person'],
  unmaskLook: ['看看是否已批准', 'See whether it was granted'],
  unmaskNotYet: ['尚未批准', 'Not granted yet'],
  cancel: ['取消', 'Cancel'],

  // Keys
  keyPrevious: ['上一条预警', 'Previous alert'],
  keyNext: ['下一条预警', 'Next alert'],
  keyNote: ['写备注', 'Write a note'],

  // Report
  reportTitle: ['案件报告', 'Case report'],
  printNow: ['打印或存为 PDF', 'Print or save as PDF'],
  back: ['返回案件', 'Back to the case'],
  reportOf: ['{name} 于 {time} 制作。', 'Made by {name} on {time}.'],
  reportPseudonyms: [
    '人员以化名（P-…）表示。系统只作提示，结论由人作出。',
    'People are named by pseudonyms (P-…). The system points; people conclude.',
  ],
  decisions: ['办理经过与结论', 'What was decided'],
  when: ['时间', 'When'],
  who: ['谁', 'Who'],
  what: ['做了什么', 'What'],
  text: ['内容', 'Words'],
  proof: ['如何核对', 'How to verify'],
  proofWhy: [
    '同一份日志与同一规则包必得同样的预警，逐字节相同。以下命令重放：',
    'The same log and the same pack give the same alerts, byte for byte. These commands replay them:',
  ],
  alert: ['预警', 'Alert'],
  revision: ['版次', 'Revision'],
  pack: ['规则包', 'Pack'],
  sha256: ['SHA-256', 'SHA-256'],
  name: ['名称', 'Name'],
});

// What stands in a history beside the verbs.
export const eventName = named({
  new: ['新预警', 'New alert'],
  revision: ['预警更新', 'Alert revised'],
  withdrawn: ['预警撤回', 'Alert withdrawn'],
  escalated: ['升级：无人办理', 'Escalated: nobody worked on it'],
  clock: ['期限变化', 'Clock moved'],
  lease_ended: ['租约到期，放回队列', 'Lease ended, back to the queue'],
  woke: ['暂缓结束', 'Snooze ended'],
  take: ['从队列领取', 'Taken from the queue'],
  untag: ['去掉标签', 'Tag removed'],
  second_look: ['盲审复核已完成', 'Second look done'],
  drawn: ['抽为对照样本', 'Drawn as a control'],
});
