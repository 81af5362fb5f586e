// SPDX-License-Identifier: GPL-3.0-or-later
// What the service's own words (states, roles, kinds...) are called in each language.
import { named } from './i18n';

export const stateName = named({
  new: ['新建', 'New'],
  assigned: ['已分派', 'Assigned'],
  investigating: ['核查中', 'Investigating'],
  proposed: ['待审批', 'Proposed'],
  returned: ['已退回', 'Returned'],
  approved: ['已批准', 'Approved'],
  closed: ['已办结', 'Closed'],
  appealed: ['申诉中', 'Appealed'],
});

export const outcomeName = named({
  confirmed: ['确认违规', 'Confirmed'],
  false_positive: ['误报', 'False positive'],
  inconclusive: ['证据不足', 'Inconclusive'],
  right_to_ask: ['查无违规', 'No breach found'],
});

export const appealName = named({
  upheld: ['维持', 'Upheld'],
  reversed: ['改判', 'Reversed'],
});

export const severityName = named({
  low: ['低', 'Low'],
  medium: ['中', 'Medium'],
  high: ['高', 'High'],
  critical: ['严重', 'Critical'],
});

export const clockName = named({
  ok: ['期限内', 'In time'],
  soon: ['即将到期', 'Due soon'],
  breached: ['已超期', 'Breached'],
});

export const resultName = named({
  conclusive: ['明确违规', 'Conclusive'],
  suspicious: ['可疑', 'Suspicious'],
});

export const statusName = named({
  open: ['进行中', 'Open'],
  closed: ['已结束', 'Ended'],
  withdrawn: ['已撤回', 'Withdrawn'],
});

export const kindName = named({
  person: ['参保人', 'Person'],
  insured: ['参保人', 'Insured'],
  institution: ['定点机构', 'Institution'],
  operator: ['收费员', 'Operator'],
  device: ['终端', 'Device'],
  doctor: ['医师', 'Doctor'],
  giver: ['共济授权人', 'Giver'],
  proxy: ['代办人', 'Proxy'],
  trace: ['追溯码', 'Drug code'],
  group: ['团伙', 'Group'],
  region: ['统筹区', 'Region'],
});

export const partyRoleName = named({
  subject: ['对象', 'subject'],
  card: ['用卡人', 'card'],
  giver: ['共济授权人', 'giver'],
  receiver: ['共济使用人', 'receiver'],
  proxy: ['代办人', 'proxy'],
  counter: ['柜台', 'counter'],
  operator: ['收费员', 'operator'],
  device: ['终端', 'device'],
  doctor: ['医师', 'doctor'],
  member: ['成员', 'member'],
});

export const roleName = named({
  analyst: ['分析员', 'analyst'],
  investigator: ['核查员', 'investigator'],
  approver: ['审批人', 'approver'],
  auditor: ['审计员', 'auditor'],
  admin: ['管理员', 'administrator'],
  feed: ['接口账号', 'feed'],
});

// What somebody of a role does here.
export const roleWhat = named({
  analyst: ['查看总览、预警、案件和规则，可导出', 'Sees overview, alerts, cases and patterns, and exports them'],
  investigator: [
    '办案：核查、作出结论，查阅原始记录和真实身份',
    'Works cases: verifies and concludes, reads original records and identities',
  ],
  approver: ['批准或退回提请的措施，把案件分派给他人', 'Approves or returns what is proposed, gives cases to others'],
  auditor: ['查看审计：谁看过、改过什么', 'Reads the audit: who read and changed what'],
  admin: ['管理账号、令牌和推送，不看案件', 'Keeps accounts, tokens and webhooks; sees no case'],
  feed: ['给程序用，不给人用：凭令牌读取预警和案件', 'For a program, not a person: reads alerts and cases by a token'],
});

export const permissionName = named({
  read: ['查看', 'read'],
  stream: ['实时接收', 'stream'],
  work: ['办案', 'work'],
  approve: ['审批', 'approve'],
  read_record: ['查阅原始记录', 'read records'],
  unmask: ['查看真实身份', 'unmask'],
  read_audit: ['查看审计', 'read audit'],
  export: ['导出', 'export'],
  administer: ['管理', 'administer'],
});

export const purposeName = named({
  verification: ['核查', 'Verification'],
  approval: ['审批', 'Approval'],
  audit: ['审计', 'Audit'],
  appeal: ['申诉', 'Appeal'],
  support: ['技术支持', 'Support'],
});

// The graded actions; 0: none.
export const actionName = named({
  0: ['不采取措施', 'No action'],
  1: ['A1 关注并计数', 'A1 watch and count'],
  2: ['A2 事中人证核验', 'A2 verify identity at the counter'],
  3: ['A3 线索转经办核查', 'A3 clue to the agency'],
  4: ['A4 现场检查、调取监控与进销存', 'A4 field check, footage and stock'],
  5: ['A5 建议暂停联网结算', 'A5 propose suspending networked settlement'],
  6: ['A6 移送公安', 'A6 referral to the police'],
});

export const conditionName = named({
  art30_suspected: ['第三十条：涉嫌骗取医保基金', 'Art. 30: suspected of obtaining fund money by fraud'],
  art30_refused: ['第三十条：拒不配合调查', 'Art. 30: refuses to help the investigation'],
  art41_established: ['第四十一条：违法行为已查实', 'Art. 41: an act under it is established'],
  art31_heard: [
    '第三十一、三十二条：已告知并听取陈述、申辩',
    'Arts. 31, 32: was told of it, and was heard',
  ],
  care_secured: [
    '急诊等必要就医不中断（垫付，查清后结算）',
    'Necessary care goes on (prepaid, settled when cleared)',
  ],
});

export const verbName = named({
  assign: ['分派', 'Assign'],
  start: ['开始核查', 'Start'],
  release: ['放回队列', 'Release'],
  propose: ['提请审批', 'Propose'],
  approve: ['批准', 'Approve'],
  return: ['退回', 'Return'],
  close: ['办结', 'Close'],
  appeal: ['登记申诉', 'Record an appeal'],
  rereview: ['复核申诉', 'Re-review'],
  snooze: ['暂缓', 'Snooze'],
  unsnooze: ['取消暂缓', 'Wake'],
  extend: ['延长期限', 'Extend'],
  note: ['备注', 'Note'],
  tag: ['标签', 'Tag'],
  file: ['附件', 'File'],
  link: ['关联', 'Link'],
  undo: ['撤销', 'Undo'],
});

// Said afterwards.
export const verbDone = named({
  assign: ['已分派', 'assigned'],
  start: ['已开始核查', 'started'],
  release: ['已放回队列', 'released'],
  propose: ['已提请审批', 'proposed'],
  approve: ['已批准', 'approved'],
  return: ['已退回', 'returned'],
  close: ['已办结', 'closed'],
  appeal: ['已登记申诉', 'appeal recorded'],
  rereview: ['申诉已复核', 'appeal decided'],
  snooze: ['已暂缓', 'snoozed'],
  unsnooze: ['已取消暂缓', 'awake again'],
  extend: ['期限已延长', 'extended'],
});

// What an error of the API means to the person in front of it.
export const errorName = named({
  malformed: ['请求格式错误', 'The request is malformed'],
  unauthenticated: ['请先登录', 'Please sign in'],
  forbidden: ['没有权限', 'You may not do this'],
  csrf: ['会话已失效，请刷新页面', 'The session has changed: reload the page'],
  not_found: ['没有找到', 'Not found'],
  method: ['不支持此操作', 'This cannot be done here'],
  stale: ['已被他人修改，请重新查看', 'Somebody changed it meanwhile: look again'],
  conflict: ['现在的状态不允许此操作', 'Its state does not allow this'],
  second_person_needed: ['需要另一人办理', 'A second person has to do this'],
  too_large: ['太大', 'Too large'],
  media_type: ['格式不受支持', 'This format is not taken'],
  invalid: ['填写有误', 'Something is not filled in right'],
  rate_limited: ['操作过于频繁，请稍候', 'Too many calls: wait a moment'],
  internal: ['服务出错', 'The service made a mistake'],
  busy: ['服务繁忙，请稍候', 'The service is busy: try again'],
  unreachable: ['无法连接服务', 'The service does not answer'],
});
