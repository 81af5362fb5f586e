// SPDX-License-Identifier: GPL-3.0-or-later
import { dictionary } from '../i18n';

export const t = dictionary({
  close: ['关闭', 'Close'],
  undo: ['撤销', 'Undo'],
  retry: ['重试', 'Try again'],
  request: ['请求编号 {id}', 'request {id}'],
  loading: ['读取中…', 'Loading…'],
  asOf: ['截至 {time}', 'As of {time}'],
  rowsMore: ['更多内容将在滚动时读取', 'More is read as you scroll'],
  select: ['选择', 'Select'],
  selectAll: ['全选已读取的行', 'Select all rows read so far'],
  showTable: ['以表格查看', 'Show as a table'],
  showChart: ['以图形查看', 'Show as a chart'],
  keys: ['键盘操作', 'Keyboard'],
  copy: ['复制', 'Copy'],
  copied: ['已复制', 'Copied'],
  copyFailed: [
    '浏览器不允许复制，请选中后复制',
    'The browser does not allow copying: select the text',
  ],
});
