// SPDX-License-Identifier: GPL-3.0-or-later
import { dictionary } from '../../core/i18n';

export const t = dictionary({
  title: ['盲审复核', 'Blind reviews'],
  why: [
    '随机抽取的已办结案件，由另一人在看不到原结论的情况下再作判断；两次结论的一致程度会公开统计。',
    'Closed cases drawn at random: somebody else judges them without seeing what was concluded. How far the two agree is reported.',
  ],
  waiting: ['等待复核', 'Waiting'],
  asked: ['抽中时间', 'Drawn'],
  caseNumber: ['案件 #{id}', 'Case #{id}'],
  empty: ['没有等待你复核的案件', 'Nothing waits for your second look'],
  emptyWhy: [
    '抽中的案件会出现在这里；你自己办理过的不会分给你。',
    'Cases drawn appear here; those you had a part in do not.',
  ],
  choose: ['选一个案件开始复核', 'Choose a case to begin'],
  parties: ['涉及', 'Involved'],
  opinion: ['你的判断', 'Your opinion'],
  reason: ['理由', 'Reason'],
  reasonHint: ['依据了什么', 'What it rests on'],
  send: ['提交判断', 'Give this opinion'],
  sentAgreed: ['已提交：与原结论一致', 'Recorded: it agrees with the first'],
  sentDiffers: ['已提交：与原结论不同，已计入统计', 'Recorded: it differs from the first, and counts so'],
  next: ['下一个', 'Next'],
  previous: ['上一个', 'Previous'],
});
