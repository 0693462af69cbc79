//! Telling the sandbox channels what to do: for the demonstration and for tests.

use domain::date::BusinessDate;
use serde_json::{Value, json};

/// The way to the sandbox's controls.
#[derive(Debug, Clone)]
pub struct SandboxControl {
    client: reqwest::Client,
    base: String,
}

/// The sandbox did not do what it was told.
#[derive(Debug, thiserror::Error)]
#[error("the sandbox channels do not do as they are told")]
pub struct NoControl(#[from] reqwest::Error);

impl SandboxControl {
    /// The controls of the sandbox at this address.
    ///
    /// # Errors
    /// The HTTP client cannot be made.
    pub fn new(base: &str) -> Result<Self, NoControl> {
        let client = crate::client().build()?;
        Ok(Self { client, base: base.trim_end_matches('/').to_owned() })
    }

    /// A channel pays what it collected on a clearing date into an account, on the same day.
    ///
    /// # Errors
    /// The sandbox refused or is not there.
    pub async fn settle(
        &self,
        channel: &str,
        day: BusinessDate,
        account: &str,
    ) -> Result<(), NoControl> {
        let order = json!({ "channel": channel, "date": day, "account": account, "on": day });
        self.post("settle", &order).await
    }

    /// A channel misbehaves at its next order: `kind` and `operation` as the sandbox names them.
    ///
    /// # Errors
    /// The sandbox refused or is not there.
    pub async fn misbehave_next(
        &self,
        channel: &str,
        operation: &str,
        kind: &str,
    ) -> Result<(), NoControl> {
        let order = json!({ "channel": channel, "operation": operation, "kind": kind, "next": 1 });
        self.post("misbehave", &order).await
    }

    /// Every channel tells by itself what became of an order, at this address, signed with its
    /// secret (`whsec_…`).
    ///
    /// # Errors
    /// The sandbox refused or is not there.
    pub async fn call_back(&self, channel: &str, url: &str, secret: &str) -> Result<(), NoControl> {
        let order = json!({ "channel": channel, "url": url, "secret": secret });
        self.post("callbacks", &order).await
    }

    /// A merchant's system takes notifications signed with this secret (`whsec_…`), and fails on
    /// those of these orders.
    ///
    /// # Errors
    /// The sandbox refused or is not there.
    pub async fn agree_with_merchant(
        &self,
        merchant: &str,
        secret: &str,
        fails_on: &[&str],
    ) -> Result<(), NoControl> {
        let order = json!({ "merchant": merchant, "secret": secret, "fails_on": fails_on });
        self.post("merchants", &order).await
    }

    /// Where a merchant's system takes notifications.
    #[must_use]
    pub fn merchant_address(&self, merchant: &str) -> String {
        format!("{}/merchants/{merchant}/notifications", self.base)
    }

    async fn post(&self, control: &str, order: &Value) -> Result<(), NoControl> {
        let url = format!("{}/control/{control}", self.base);
        self.client.post(url).json(order).send().await?.error_for_status()?;
        Ok(())
    }
}
