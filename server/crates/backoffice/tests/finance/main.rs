//! Stories about money going out: payouts, refunds, settlement and the reserve behind them.

#[cfg(test)]
mod approvals;
#[cfg(test)]
mod bank;
#[cfg(test)]
mod fixture;
#[cfg(test)]
mod holds;
#[cfg(test)]
mod payout_files;
#[cfg(test)]
mod payouts;
#[cfg(test)]
mod refund_contradictions;
#[cfg(test)]
mod refund_payouts;
mod users;
#[cfg(test)]
mod refunds;
#[cfg(test)]
mod reserve;
#[cfg(test)]
mod reserve_documents;
#[cfg(test)]
mod reserve_evenings;
#[cfg(test)]
mod reserve_orders;
#[cfg(test)]
mod reserve_settings;
#[cfg(test)]
mod second_factor;
#[cfg(test)]
mod settlement;
#[cfg(test)]
mod stops;
