// SPDX-License-Identifier: GPL-3.0-or-later
import { dictionary } from '../../core/i18n';

export const t = dictionary({
  title: ['登录', 'Sign in'],
  product: ['獬豸', 'xiezhi'],
  what: [
    '医保基金冒名就医与套现的实时监测',
    'Impersonation and cash-out in medical insurance, seen as it happens',
  ],
  name: ['账号', 'Name'],
  password: ['密码', 'Password'],
  enter: ['登录', 'Sign in'],
  wrong: ['账号或密码不对', 'Name and password do not match'],
  silent: ['服务没有应答', 'The service does not answer'],
  tries: ['尝试过多，请稍候再试', 'Too many attempts: wait a little'],
  demo: ['演示', 'Demo'],
  demoWhy: [
    '这里是模拟统筹区的演示，选一个身份即可进入；之后可在右上角换人，由另一人审批你提请的案件。',
    'This is a demo on a simulated region: enter as anyone. You can change later at the top right, so that a second person approves what you propose.',
  ],
  enterAs: ['以{role}身份进入', 'Enter as {role}'],
  analyst: ['看全局：总览、实时预警、规则', 'Sees the region: overview, feed, patterns'],
  investigator: ['办案：队列、核查、作出结论', 'Works cases: queue, story, decision'],
  another: ['另一位：盲审复核、申诉复核要换人', 'Another one: second looks are for other eyes'],
  approver: ['审批提请的处理措施', 'Approves or returns what was proposed'],
  auditor: ['检查谁看过、改过什么', 'Checks who read and changed what'],
  admin: ['账号、令牌与接口', 'Accounts, tokens and webhooks'],
  feed: ['只接收实时预警', 'Only receives alerts'],
  version: ['版本 {version}', 'Version {version}'],
  law: [
    '系统只作提示，由人作出决定；每一次查阅都有记录。',
    'It points, people decide; every reading is on record.',
  ],
});
