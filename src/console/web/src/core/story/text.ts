// SPDX-License-Identifier: GPL-3.0-or-later
import { dictionary, named } from '../i18n';

export const t = dictionary({
  story: ['案情', 'The story'],
  noAlerts: ['没有预警', 'No alert stands behind it'],
  noAlertsWhy: [
    '这是随机抽取的对照案件：按同样的方法核查，用来衡量系统漏掉了多少。',
    'A control drawn at random: it is verified the same way, to measure what the system misses.',
  ],
  drawnBy: [
    '抽取所依据的结算：{time}，{place}，日志位置',
    'It was drawn by a settlement of {time} at {place}, in the log at',
  ],

  openDrawn: ['查看原始记录', 'Show the original record'],
  drawn: ['抽取所依据的事件', 'The event it was drawn by'],

  // The finding
  otherwise: ['怎样就不会提示', 'What would have had to be different'],
  arithmetic: ['依据', 'What it rests on'],
  measure: ['指标', 'Measure'],
  observed: ['实际', 'Observed'],
  expected: ['参照', 'Held against'],
  pValue: ['偶然 p · 证据 e', 'By chance p · e'],
  against: ['比较对象', 'compared with'],
  subjects: ['{n} 个对象', '{n} {n|subject|subjects}'],
  mean: ['预期均值', 'mean expected'],
  percent1: ['同类中仅 1% 达到', 'reached by 1% of peers'],
  reference: ['自身参照', 'its own reference'],
  travelReference: ['最快走法', 'the quickest way'],
  paceReference: ['本柜台自身节奏', "the counter's own pace"],
  priceReference: ['本机构自身价格结构', "the counter's own prices"],
  breach: [
    '这是一条规则被违反：{n} 笔。不涉及概率，无需与他人比较。',
    'A rule was broken: {n} {n|event|events}. No probability is involved, and nobody is compared.',
  ],
  bound: [
    '规则声明：每 {months} 个{unit}·月至多误报 1 次。累积证据达到 {threshold} 时提示；此处为 {value}。该上限在任何时刻查看都成立。',
    'Declared: at most 1 false alarm in {months} {unit}-months. It alarms when the evidence gathered reaches {threshold}; here it is {value}. The bound holds at any moment of looking.',
  ],
  month: ['自然月', 'calendar month'],
  day: ['日', 'day'],
  isChronic: ['有慢特病', 'with a chronic disease'],
  isNotChronic: ['无慢特病', 'without a chronic disease'],
  within: ['{time}内', 'within {time}'],
  listed: [
    '共 {all} 笔，列出权重最大的 {n} 笔',
    '{all} events, of which the {n} that weigh most are listed',
  ],

  // How to read it
  howToRead: ['怎样看这些数字', 'How to read these figures'],
  readPName: ['偶然 p', 'By chance, p'],
  readP: [
    '行为毫无异常的人，仅凭偶然也达到这么多的可能：0.001 就是一千次里有一次。越小，越难说是偶然。',
    'How often chance alone brings as much to somebody who does nothing unusual: 0.001 is once in a thousand times. The smaller it is, the harder it is to call it chance.',
  ],
  readEName: ['证据 e', 'Evidence, e'],
  readE: [
    '所见情形否定“只是偶然”的分量。1 等于什么也没说；若只有偶然，e 达到 100 的机会至多百分之一，达到 1,000 至多千分之一。',
    'How strongly what was seen speaks against chance. 1 says nothing. Where only chance is at work, e reaches 100 at most once in 100 times, and 1,000 at most once in 1,000.',
  ],
  readGatheredName: ['累积证据与上限', 'Evidence gathered, and the bound'],
  readGathered: [
    '各时段的证据逐期累积成一个数，达到声明的数值才提示。这一数值定得足够高：对行为毫无异常者，无论何时、查看多少次，误报都不会比声明的更频繁。超出越多，越不能用偶然解释。',
    'The evidence of one period after the other is gathered in one figure, and it alarms when that reaches the mark declared. The mark is set so high that those who do nothing unusual are not pointed at more often than declared, whenever and however often anybody looks. The further above it, the less chance explains it.',
  ],
  readPowersName: ['10 的乘方', 'Powers of ten'],
  readPowers: [
    '10⁹ 是 1 后面 9 个零，即十亿；10⁻⁹ 是十亿分之一。4.9×10¹¹ 就是 4.9 乘以 10¹¹，即 4900 亿。',
    '10⁹ is a 1 with nine zeros, a billion; 10⁻⁹ is one in a billion. 4.9×10¹¹ is 4.9 times 10¹¹, or 490 billion.',
  ],
  readPointsName: ['清空账户得分', 'Points of the drain score'],
  readPoints: [
    '取走的元数 × 占余额比例的平方 × 此前停用天数 ÷ 90（最多算 365 天）。停用 90 天后把 4,000 元全部取走，得 4,000 分；只取走一半，得 500 分。分数本身没有含义，只用来与其他停用后重新使用的账户比较。',
    'Yuan taken × the square of their share of the balance × days of rest before ÷ 90 (365 days at most). Who takes all of 4,000 yuan after 90 days of rest has 4,000 points; who takes half of it, 500. Points mean nothing by themselves: they are compared with those of other accounts that were used again after a rest.',
  ],
  readWeightName: ['权重', 'Weight'],
  readWeight: [
    '该笔事件在所在预警的依据中所占的份额；一条预警的全部事件合计 100%。',
    'The share that an event has in what its alert rests on; all events of an alert make 100%.',
  ],
  readLimitName: ['它们不说明什么', 'What they do not say'],
  readLimit: [
    '这些数字只说明情形有多不寻常，不是违规或无辜的概率。原因由核查查明，结论由人作出。',
    'They say how unusual something is. They are no probability of guilt, nor of innocence: people find out why, and conclude.',
  ],

  // Observed against expected
  expectedTitle: ['实际与参照', 'Observed against expected'],
  expectedSays: [
    '{measure}：实际 {observed}，参照 {expected}（{kind}），相差 {times} 倍；在 {n} 个同类对象中，偶然达到的可能约为 1/{odds}。',
    '{measure}: {observed}, held against {expected} ({kind}): {times} times as much; among {n} subjects alike it comes by chance about once in {odds}.',
  ],
  expectedSaysAlone: [
    '{measure}：实际 {observed}，参照 {expected}（{kind}），相差 {times} 倍；偶然达到的可能约为 1/{odds}。',
    '{measure}: {observed}, held against {expected} ({kind}): {times} times as much; by chance about once in {odds}.',
  ],
  times: ['参照的倍数', 'times the reference'],
  timesAxis: ['实际 ÷ 参照（对数）', 'observed ÷ held against (log)'],
  line: ['参照 = 1', 'reference = 1'],
  groupSays: [
    '{measure}：同类中半数低于 {median}，{share}达到 {mark}。',
    '{measure}: half of the group stays below {median}; {share} reaches {mark}.',
  ],
  groupSaysScore: [
    '{measure}：按其自身节奏，{own}才会如此；同类中{share}也有同样难得的情形。',
    '{measure}: at its own pace this comes {own}; in the group, {share} has something as rare.',
  ],
  orRarer: ['{n}（或更小）', '{n} (or rarer)'],
  oneIn: ['约每 {n} 个有 1 个', 'about 1 in {n}'],
  aShare: ['约 {n} ', 'about {n} of it'],
  onceIn: ['约 {n} 次里有 1 次', 'about once in {n}'],
  groupNote: [
    '曲线：规则包 {pack} 对“{group}”的基线，由 {n} 个对象拟合；{each}各计一次，纵轴为至少达到横轴数值的比例。',
    'The curve is the baseline of pack {pack} for “{group}”, fitted on {n} subjects: {each} counts once, upright is the share that reaches at least so much.',
  ],
  ownPast: [
    '预警的 p={p} 还计入了本人以往的情况，因此与同类中的比例不同。',
    'The p of {p} in the alert also knows the subject\'s own past, so it is not the share of the group.',
  ],
  everybody: ['全体', 'everybody'],
  eachWindow: ['每{time}', 'each {time}'],
  eachActive: ['每个有记录的{time}', 'each {time} with any event'],
  eachWay: ['每次两地之间', 'each way between two places'],
  eachTicket: ['每笔', 'each ticket'],
  reaches: ['至少达到的比例', 'share that reaches it'],
  atLeast: ['{measure}：至少', '{measure}: at least'],
  timesQuickest: ['为最快正常方式的几倍：至少', 'times the quickest usual way: at least'],
  ownChance: ['按自身节奏有多难得：至少', 'how rare at its own pace: at least'],
  here: ['本次 {n}', 'here {n}'],
  groupUnread: [
    '同类的分布暂时读不到：日志不可用。',
    'The distribution of the group cannot be read now: the log is away.',
  ],
  groupUnknown: [
    '日志中已没有当时的规则包，分布不画。',
    'The log no longer has the pack that judged, so the distribution is not drawn.',
  ],

  // Timeline
  timeline: ['时间线', 'Timeline'],
  timelineSays: [
    '{n} 笔事件，{from} 至 {to}，纵向为{lane}。点越大金额越高，颜色越深在本预警中权重越大。',
    '{n} {n|event|events} from {from} to {to}, upright by {lane}. A larger mark is more money, a deeper one weighs more in this alert.',
  ],
  timelineOthers: ['灰色 {n} 笔属于本案其他预警。', '{n} in grey belong to other alerts of the case.'],
  timelineBack: ['打叉的 {n} 笔已被冲正或退回。', '{n} crossed out {n|was|were} taken back.'],
  laneInstitution: ['机构', 'institution'],
  laneInsured: ['卡', 'card'],
  laneEvent: ['事件', 'kind of event'],
  laneClock: ['一天中的时刻', 'time of day'],
  laneRest: ['其余', 'the rest'],
  mine: ['本预警', 'this alert'],
  others: ['其他预警', 'other alerts'],
  takenBack: ['已冲正', 'taken back'],
  openHint: ['点击查看该笔', 'Click to open it'],

  // Journey
  journey: ['卡的行程', 'The journey of the card'],
  journeySays: [
    '{person} 的卡在 {from} 与 {to} 之间相隔 {km} 公里，只有 {time}：直线也须 {kmh} km/h。',
    'Between {from} and {to} the card of {person} had {km} km to go and {time} for it: {kmh} km/h even in a straight line.',
  ],
  journeyWide: [
    '{person} 的卡在 {n} 家机构使用，相邻两次最远相隔 {km} 公里；时间上都来得及。',
    'The card of {person} was used at {n} institutions, at most {km} km apart from one use to the next; there was time enough.',
  ],
  journeyUsual: [
    '最快的走法（公路、高铁或飞机，含候乘）约 {kmh} km/h。',
    'The quickest way (road, fast train or aeroplane, with boarding) makes about {kmh} km/h.',
  ],
  journeyCounted: [
    '规则按 {kmh} km/h 计：它为钟差和离开留出几分钟。',
    'The pattern counts {kmh} km/h: it leaves some minutes for clocks and for leaving.',
  ],
  journeyLegs: ['共 {n} 段路程。', '{n} {n|leg|legs} in all.'],
  atOnce: ['同一时刻', 'no time at all'],
  north: ['北', 'N'],
  scale: ['{km} 公里', '{km} km'],
  neighbours: ['灰点：统筹区内其他有预警的机构', 'Grey: other institutions with alerts'],
  legLabel: ['{km} 公里 · {time}', '{km} km · {time}'],
  legMore: ['共 {n} 次', '{n} times'],
  legFrom: ['出发', 'From'],
  legTo: ['到达', 'To'],
  legAt: ['时间', 'When'],
  legKm: ['距离（公里）', 'Distance (km)'],
  legTime: ['可用时间', 'Time it had'],
  legSpeed: ['所需速度（km/h）', 'Speed needed (km/h)'],
  legUsual: ['最快走法（km/h）', 'Quickest way (km/h)'],

  // Run
  run: ['柜台逐分钟', 'The counter, minute by minute'],
  runSays: [
    '{place}：{from} 至 {to}（{time}）连续 {cards} 张不同的卡，{n} 笔，{money}；相邻两笔间隔中位数 {gap}，最长 {longest}。',
    '{place}: from {from} to {to} ({time}) {cards} different cards in a row, {n} settlements, {money}; half of the gaps are under {gap}, the longest is {longest}.',
  ],
  runSame: ['其中 {n} 笔金额同为 {money}。', '{n} of them are for exactly {money}.'],
  runBreak: ['相隔 10 分钟以上算另一段。', 'A pause of more than 10 minutes begins another run.'],
  runChoose: ['选择一段', 'Choose a run'],
  runOption: ['{from}，{n} 张卡', '{from}, {n} cards'],
  cardNumber: ['第几张卡', 'card, in order'],
  gapBefore: ['距上一笔', 'Since the one before'],
  minute: ['时刻', 'Time'],

  // Balance
  balance: ['账户余额', 'The balance of the account'],
  balanceSays: [
    '{person} 的个人账户从 {start} 变为 {end}；{from} 至 {to} 支付 {taken}。',
    'The account of {person} went from {start} to {end}; {taken} paid from {from} to {to}.',
  ],
  balanceLess: [
    '另有 {other} 以这些支付之外的方式减少。',
    '{other} more went in ways that are not among these payments.',
  ],
  balanceMore: [
    '支付合计比减少的余额多 {other}：期间有转入，或账户并无此款仍被支付。',
    'That is {other} more than it fell by: money came in meanwhile, or was paid though it was not there.',
  ],
  balanceDrains: [
    '{n} 笔各取走当时余额的 {share} 以上（标出）。',
    '{n} {n|payment|payments} took {share} or more of what was there (marked).',
  ],
  balanceAxis: ['余额（元）', 'balance (yuan)'],
  before: ['之前', 'Before'],
  after: ['之后', 'After'],
  share: ['占余额', 'Share taken'],

  // Network
  network: ['关系', 'Who was seen with whom'],
  networkSays: [
    '{people} 人、{places} 家机构；线越粗同现次数越多。范围：本案全部预警。',
    '{people} {people|person|people}, {places} {places|institution|institutions}; a thicker line was seen more often. Of all alerts of the case.',
  ],
  networkLeft: ['另有 {n} 个未画出，见列表。', '{n} more are not drawn; the list has them.'],
  seenShort: ['{n} 次', '{n}×'],
  seenTimes: ['出现 {n} 次', 'seen {n} {n|time|times}'],
  who: ['谁', 'Who'],
  seenWith: ['同现', 'with'],

  // Law
  law: ['法律依据', 'The law'],
  official: ['法条原文', 'wording of the law'],
  unofficial: ['译文，以中文为准', 'our translation, the Chinese decides'],
  summary: ['摘要，不是原文', 'summary, not the wording'],
  unknownLaw: ['没有这一条的文本', 'Its text is not on file'],
  source: ['来源', 'Source'],

  // Exhibits
  exhibits: ['事件明细', 'The events'],
  exhibitsSays: [
    '按时间排列；回车或双击查看该笔。权重是该笔在本预警依据中所占的份额。',
    'In order of time; Enter or a double click opens one. Its weight is the share that it has in what the alert rests on.',
  ],
  at: ['时间', 'When'],
  event: ['事件', 'Event'],
  person: ['参保人', 'Person'],
  institution: ['机构', 'Institution'],
  operator: ['收费员', 'Operator'],
  device: ['终端', 'Device'],
  doctor: ['医师', 'Doctor'],
  credential: ['凭证', 'Credential'],
  amount: ['金额', 'Amount'],
  account: ['个人账户', 'Account'],
  mulaid: ['共济账户', 'Shared'],
  fund: ['统筹基金', 'Fund'],
  balanceAfter: ['余额', 'Balance'],
  weight: ['权重', 'Weight'],
  place: ['地区', 'Place'],
  settledAt: ['原结算时间', 'Settled at'],
  position: ['日志位置', 'Place in the log'],
  exhibit: ['事件 {id}', 'Event {id}'],
  original: ['原始记录', 'Original record'],
  originalWhy: [
    '从日志中调取原始报文。这次查阅会连同目的一起记入审计。',
    'Reads the record as it stands in the log. The reading goes into the audit, with its purpose.',
  ],
  purpose: ['查阅目的', 'Purpose'],
  read: ['调取', 'Read it'],
  recorded: ['已记入审计，编号 {n}', 'In the audit as number {n}'],
  notAllowed: ['你的权限不能调取原始记录。', 'You may not read original records.'],
  gone: ['日志中已没有这条记录（超过保存期限）。', 'The log no longer holds this record.'],
});

export const measureName = named({
  travel: ['两地间速度', 'Speed between two places'],
  visits: ['就诊购药天次', 'Visits'],
  count: ['次数', 'How often'],
  tickets: ['笔数', 'Tickets'],
  amount: ['单笔金额', 'One ticket'],
  multiple: ['单笔为平常的倍数', 'One ticket against the usual'],
  drain: ['清空账户得分', 'Drain score'],
  runs: ['连续不同的卡', 'Different cards in a row'],
  template: ['同一金额的卡', 'Cards sharing one amount'],
  breach: ['违反规则', 'Breaches'],
  'sum(account_money)': ['个人账户支付', 'Account money'],
  'sum(fund_money)': ['基金支付', 'Fund money'],
  'sum(amount)': ['金额合计', 'Money'],
  'distinct(institution)': ['不同机构', 'Different institutions'],
  'distinct(insured)': ['不同参保人', 'Different people'],
  'distinct(operator)': ['不同收费员', 'Different operators'],
  'distinct(device)': ['不同终端', 'Different devices'],
  'distinct(receiver)': ['不同共济使用人', 'Different receivers'],
  'distinct(district)': ['不同地区', 'Different districts'],
  'repeat(institution)': ['同一机构次数', 'Times at one institution'],
  'repeat(insured)': ['同一参保人次数', 'Times of one person'],
  'repeat(operator)': ['同一收费员次数', 'Times of one operator'],
  'repeat(device)': ['同一终端次数', 'Times of one device'],
  'repeat(receiver)': ['同一共济使用人次数', 'Times of one receiver'],
  'repeat(district)': ['同一地区次数', 'Times of one district'],
});

export const unitName = named({
  yuan: ['元', 'yuan'],
  'km/h': ['km/h', 'km/h'],
  visits: ['天次', 'visits'],
  events: ['笔', 'events'],
  cards: ['张卡', 'cards'],
  score: ['分', 'points'],
  times: ['次', 'times'],
  tickets: ['笔', 'tickets'],
});

export const segmentName = named({
  age_band: ['年龄', 'age'],
  psn_type: ['人员类别', 'person type'],
  chronic: ['慢特病', 'chronic'],
  pair: ['地区对', 'districts'],
  institution_kind: ['机构类别', 'kind'],
  region: ['地区', 'region'],
  level: ['级别', 'level'],
});

export const segmentValue = named({
  pharmacy: ['药店', 'pharmacies'],
  hospital: ['医院', 'hospitals'],
  clinic: ['诊所', 'clinics'],
  village_clinic: ['村卫生室', 'village clinics'],
  nursing_home: ['养老机构', 'nursing homes'],
  internet_hospital: ['互联网医院', 'internet hospitals'],
  online_pharmacy: ['网上药店', 'online pharmacies'],
});

// The first two digits of psn_type.
export const personType = named({
  11: ['在职', 'employed'],
  12: ['退休', 'retired'],
  13: ['离休', 'retired cadres'],
  14: ['未成年居民', 'children and pupils'],
  15: ['成年居民', 'adult residents'],
  16: ['老年居民', 'elderly residents'],
});

export const eventName = named({
  settlement: ['结算', 'settlement'],
  account_movement: ['账户变动', 'account movement'],
  credential: ['凭证操作', 'credential'],
  person_status: ['参保状态', 'status'],
  trace_scan: ['追溯码扫描', 'code scan'],
  mulaid_link: ['共济绑定', 'mutual-aid link'],
});

export const credentialName = named({
  '01': ['01 医保电子凭证', '01 e-voucher'],
  '02': ['02 身份证', '02 identity card'],
  '03': ['03 社会保障卡', '03 social security card'],
});
