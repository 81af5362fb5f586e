// SPDX-License-Identifier: GPL-3.0-or-later
import { dictionary, named } from '../../core/i18n';

export const t = dictionary({
  title: ['数据健康', 'Data health'],
  every: ['每 5 秒刷新', 'Every 5 seconds'],
  silent: ['服务没有应答，显示的是最后一次读数', 'The service does not answer: these are the last readings'],
  summaryOk: ['全部正常', 'All in order'],
  summaryBad: ['{n} 项需处理', '{n} to act on'],
  summaryWarn: ['{n} 项需留意', '{n} to watch'],

  feed: ['预警到工作台', 'From alerts to the desk'],
  stream: ['数据流', 'The stream'],
  quality: ['数据质量', 'Quality of the data'],
  totals: ['累计', 'Counted so far'],
  uncounted: [
    '统计这些数字的服务未连接：它在另一个进程中，且此处没有配置它的地址',
    'The service that counts these is not reached: it runs elsewhere, and its address is not configured here',
  ],

  measure: ['指标', 'Measure'],
  value: ['现值', 'Now'],
  state: ['状态', 'State'],
  limits: ['界限', 'Limits'],
  trend: ['走势', 'Trend'],
  trendWhat: ['打开本页以来', 'Since this page was opened'],
  trendOf: ['{name}的走势：最低 {low}，最高 {high}', '{name}: from {low} to {high}'],
  limitsOf: ['{warn} 留意，{bad} 处理', 'watch {warn}, act {bad}'],
  ok: ['正常', 'In order'],
  warn: ['留意', 'Watch'],
  bad: ['处理', 'Act'],
  noneYet: ['尚无', 'Nothing yet'],
  partOf: ['{part} / {whole}', '{part} of {whole}'],
  records: ['{n} 条', '{n} {n|record|records}'],
  seconds: ['{n} 秒', '{n} s'],
  perSecond: ['{n} 条/秒', '{n} per second'],

  calendarEnds: [
    '工作日历到 {until} 为止：此后的期限只按周一至周五计，节假日未计入。请补充下一年的安排',
    'The calendar of working days ends on {until}: later clocks count Monday to Friday, without holidays. Add the next year',
  ],
  calendarNone: [
    '没有工作日历：期限只按周一至周五计，节假日未计入',
    'There is no calendar of working days: clocks count Monday to Friday, without holidays',
  ],

  fed: ['上次接收', 'Last fed'],
  never: ['从未', 'never'],
  taken: ['已接收预警', 'Alerts taken'],
  refused: ['不能识别的预警', 'Alerts not understood'],
  working: ['接收中', 'Working'],
  stopped: ['已中断', 'Stopped'],
  watermark: ['数据已到', 'Data up to'],
  watermarkNone: ['未知', 'unknown'],
  read: ['读入事件', 'Events read'],
  published: ['发布预警', 'Alerts published'],
  reversals: ['已撤销记录', 'Records undone'],
  pending: ['等待原记录的撤销', 'Reversals waiting for their record'],
  unbalanced: ['金额不平的结算', 'Settlements that do not add up'],
  evicted: ['因历史已满而丢弃的记录', 'Records dropped from a full history'],

  reasons: ['拒收原因', 'Rejects by reason'],
  reason: ['原因', 'Reason'],
  number: ['条数', 'Records'],
  share: ['占读入', 'Of events read'],
  reasonsNone: ['没有拒收的记录', 'No record was rejected'],
  samples: ['最近的拒收记录', 'Newest rejects'],
  samplesWhy: [
    '拒收记录可能含有个人信息：数字已遮盖，查阅会记入审计。',
    'Rejects may tell of people: digits are hidden, and opening them is put on record.',
  ],
  samplesMay: ['你的账号不能查阅拒收记录', 'Your account may not read rejects'],
  samplesOpen: ['查阅（记入审计）', 'Open (on record)'],
  samplesAgain: ['再次读取（记入审计）', 'Read again (on record)'],
  samplesNone: ['没有保存拒收记录', 'No rejects are kept'],
  notAvailable: ['此服务尚不提供', 'This service does not offer it yet'],
  at: ['时间', 'Time'],
  detail: ['详情', 'Detail'],
  source: ['所在', 'Place'],
  size: ['字节', 'Bytes'],
  sample: ['内容（数字已遮盖）', 'Content (digits hidden)'],
});

export const measureName = named({
  feedLag: ['待接收预警', 'Alerts waiting'],
  ingestLag: ['接入延迟', 'Ingest lag'],
  detectLag: ['检测延迟', 'Detection lag'],
  checkpointAge: ['距上次检查点', 'Since the last checkpoint'],
  rejected: ['拒收', 'Rejected'],
  late: ['迟到（超过允许时限）', 'Late (beyond what is allowed)'],
  duplicates: ['重复', 'Duplicates'],
  unevaluated: ['历史不足未评估', 'Not evaluated: too little history'],
  unknownInstitutions: ['机构不在名录', 'Institutions in no list'],
  unknownFields: ['不认识的字段', 'Fields that no contract names'],
});

export const watermarkWord = named({
  unknown: ['未知', 'Unknown'],
  live: ['实时', 'Live'],
  behind: ['落后 15 分钟以上', 'More than 15 minutes behind'],
  stale: ['落后一小时以上', 'More than an hour behind'],
  replay: ['历史数据回放', 'History, replayed'],
});

export const reasonName = named({
  malformed: ['不能解析', 'Not readable'],
  missing_field: ['缺少必填字段', 'A field is missing'],
  bad_value: ['值不合法', 'A value is not allowed'],
  bad_money: ['金额不合法', 'Money that cannot be'],
  bad_time: ['时间不合法', 'A time that cannot be'],
  bad_header: ['消息头不合法', 'A header is not right'],
  no_body: ['没有正文', 'No body'],
  several_bodies: ['正文不止一个', 'More than one body'],
  too_large: ['消息过大', 'Too large'],
  too_long: ['字段过长', 'A field is too long'],
  too_many: ['条目过多', 'Too many entries'],
  too_deep: ['嵌套过深', 'Nested too deep'],
  ahead: ['时间在未来', 'From the future'],
});

export const troubleWord = named({
  store: ['数据库没有应答', 'The database does not answer'],
  broker: ['Kafka 没有应答', 'The broker does not answer'],
  feed: ['接收线程已退出，见日志', 'The feed has given up: see the log'],
});
