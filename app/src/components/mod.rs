//! The parts screens are made of. They know nothing of the business, and hold all the styling.

mod chart;
mod content;
mod facts;
mod fields;
mod filter;
mod form;
mod inline;
mod loaded;
mod page;
mod table;
mod timeline;

pub use chart::{Bar, BarChart};
pub use content::Content;
pub use facts::{Fact, Facts};
pub use fields::{
    Choice, DateField, MoneyField, MonthField, NoteField, SelectField, TextField, TimeField,
};
pub use filter::{FilterForm, Query, use_filter};
pub use form::{CommandForm, Confirmed, Submit};
pub use inline::{Amount, Badge, CopyId, Moment, ShortId, Tone};
pub use loaded::{Failed, Load, Loaded, load};
pub use page::{PageHead, Panel, Tab, Tabs};
pub use table::{Column, Older, Pager, Place, Table};
pub use timeline::{Step, Timeline};
