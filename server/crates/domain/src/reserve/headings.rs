//! The official codes of the tables, with their Chinese headings and the English beside them.

/// Code, Chinese, English.
pub type Heading = (&'static str, &'static str, &'static str);

/// Table 1-1, money in.
pub const IN: [Heading; 14] = [
    ("A01", "系统已体现：本期业务本期入金，计入客户账户", "This period's, arrived: to customers"),
    ("A02", "系统已体现：本期业务本期入金，手续费支出", "This period's, arrived: fees kept"),
    ("A03", "系统已体现：本期业务本期入金，其他", "This period's, arrived: other"),
    ("A04", "系统已体现：前期业务本期入金，计入客户账户", "Earlier, arrived now: to customers"),
    ("A05", "系统已体现：前期业务本期入金，手续费支出", "Earlier, arrived now: fees kept"),
    ("A06", "系统已体现：前期业务本期入金，其他", "Earlier, arrived now: other"),
    ("A07", "本期发生业务：计入客户账户", "Booked this period: to customers"),
    ("A08", "本期发生业务：手续费支出", "Booked this period: fees"),
    ("A09", "本期发生业务：其他", "Booked this period: other"),
    ("A10", "系统未体现银行已收", "Received by the bank, not reflected"),
    ("A11", "本期处理：补记入账", "Handled now: booked late"),
    ("A12", "本期处理：手续费", "Handled now: fee"),
    ("A13", "本期处理：其他", "Handled now: other"),
    ("A14", "本期处理：退回", "Handled now: returned"),
];
/// Table 1-2, money out.
pub const OUT: [Heading; 9] = [
    ("B01", "系统已体现：客户账户减少", "Debited to customers"),
    ("B02", "应出金", "Should go out (B01 − B03)"),
    ("B03", "手续费收入", "Fee income"),
    ("B04", "本期业务本期出金", "This period's, paid now"),
    ("B05", "前期业务本期出金", "Earlier, paid now"),
    ("B06", "系统未体现银行已付", "Paid by the bank, not reflected"),
    ("B07", "本期处理：补记出账", "Handled now: booked late"),
    ("B08", "本期处理：手续费", "Handled now: fee or loss"),
    ("B09", "本期处理：银行退回", "Handled now: returned by the bank"),
];
/// Table 1-4, transfers within.
pub const WITHIN: [Heading; 4] = [
    ("D01", "转账借方", "Debits"),
    ("D02", "转账贷方", "Credits"),
    ("D03", "手续费", "Fees"),
    ("D04", "其他", "Other"),
];
/// Table 1-5, customers' balances.
pub const BALANCES: [Heading; 6] = [
    ("E01", "期初余额", "Opening"),
    ("E02", "入金", "In"),
    ("E03", "出金", "Out"),
    ("E04", "内部转账借方", "Debits within"),
    ("E05", "内部转账贷方", "Credits within"),
    ("E06", "期末余额", "Closing"),
];
/// Table 1-6, special movements.
pub const SPECIAL: [Heading; 24] = [
    ("F01", "现金缴存", "Cash paid in"),
    ("F02", "头寸调入", "Position transfer in"),
    ("F03", "利息收入", "Interest"),
    ("F04", "定期存款到期", "Term deposit matured"),
    ("F05", "定期存款其他", "Term deposit, other"),
    ("F06", "申请存放自有资金", "Own funds lodged"),
    ("F07", "利息调入", "Interest moved in"),
    ("F08", "其他增加：自有资金补足", "Other: own funds paid in"),
    ("F09", "其他增加", "Other"),
    ("F10", "增加合计", "Total raising"),
    ("G01", "头寸调出", "Position transfer out"),
    ("G02", "利息调出", "Interest moved out"),
    ("G03", "银行手续费", "Bank charges"),
    ("G04", "转存定期", "Put on term deposit"),
    ("G05", "转存定期其他", "Term deposit, other"),
    ("G06", "计提风险准备金", "Risk reserve"),
    ("G07", "利息结转自有资金", "Interest carried to own funds"),
    ("G08", "手续费收入结转自有资金", "Fee income carried to own funds"),
    ("G09", "预付卡赎回", "Prepaid redemption"),
    ("G10", "自有资金提回", "Own funds taken back"),
    ("G11", "其他减少：垫资收回", "Other: advances recovered"),
    ("G12", "其他减少：保障基金", "Other: protection fund"),
    ("G13", "其他减少", "Other"),
    ("G14", "减少合计", "Total lowering"),
];
/// Table 1-11, the day's change.
pub const CHANGES: [Heading; 24] = [
    ("L1", "客户账户期初余额", "Customers' opening balance"),
    ("L2", "客户账户期末余额", "Customers' closing balance"),
    ("L3", "客户账户余额变动", "Change of customers' balance"),
    ("L4", "（−）现金收取", "(−) Cash taken"),
    ("L5", "（+）现金缴存", "(+) Cash lodged"),
    ("L6", "（+）自有资金赎回", "(+) Redemption from own funds"),
    ("L7", "（−）赎回结转", "(−) Redemption carried over"),
    ("L8", "（+）手续费净收入实现", "(+) Net fee income realised"),
    ("L9", "（−）系统增加银行未增加", "(−) System up, bank not"),
    ("L10", "（+）系统减少银行未减少", "(+) System down, bank not"),
    ("L11", "（+）银行增加系统未增加", "(+) Bank up, system not"),
    ("L12", "（−）银行减少系统未减少", "(−) Bank down, system not"),
    ("L13", "（+）利息", "(+) Interest"),
    ("L14", "（+）存放自有资金", "(+) Own funds lodged"),
    ("L15", "（−）银行手续费", "(−) Bank charges"),
    ("L16", "（−）计提风险准备金", "(−) Risk reserve"),
    ("L17", "（−）利息结转", "(−) Interest carried over"),
    ("L18", "（−）手续费收入结转", "(−) Fee income carried over"),
    ("L19", "（−）自有资金提回", "(−) Own funds taken back"),
    ("L20", "（−）其他", "(−) Other"),
    ("L21", "银行余额变动试算", "Trial: change of the bank balance"),
    ("L22", "银行期初余额", "Bank's opening balance"),
    ("L23", "银行期末余额", "Bank's closing balance"),
    ("L24", "银行余额实际变动", "Actual change (must equal L21)"),
];
