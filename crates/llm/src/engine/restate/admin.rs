//! Restate's admin API, as far as workers need it: where the services are served.

use std::time::Duration;

use serde_json::{Value, json};

use super::wire::CALLS;
use crate::model::http::inner::{Inner, line};

/// How long an answer may take. Registering has Restate look at the address first.
const PATIENCE: Duration = Duration::from_secs(20);

/// The admin API. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Admin(Inner);

/// Where services are served, as Restate knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deployment {
    /// Restate's name for it.
    pub id: String,
    /// Its address, without a slash at its end.
    pub address: String,
}

impl Admin {
    /// The admin API at this address, such as `http://127.0.0.1:9070`.
    ///
    /// # Errors
    /// One line, where the address cannot be used.
    pub fn new(address: &str) -> Result<Self, String> {
        Inner::new(address).map(Admin)
    }

    /// The ingress that Restate names, at the host under which the admin API is reached.
    ///
    /// # Errors
    /// One line, where Restate cannot be asked.
    pub async fn ingress(&self) -> Result<String, String> {
        let version = self.ask("GET", "/version", None).await?;
        let told = version["ingress_endpoint"].as_str().and_then(|url| url::Url::parse(url).ok());
        let port = told.as_ref().and_then(url::Url::port_or_known_default).unwrap_or(8080);
        Ok(format!("http://{}:{port}", self.0.host()))
    }

    /// All places that serve, or served, the calls; the one that Restate sends new invocations to comes first.
    ///
    /// # Errors
    /// One line, where Restate cannot be asked.
    pub async fn deployments(&self) -> Result<Vec<Deployment>, String> {
        let all = self.ask("GET", "/deployments", None).await?;
        let serves = |deployment: &&Value| {
            let services = deployment["services"].as_array();
            services.is_some_and(|services| services.iter().any(|service| service["name"] == CALLS))
        };
        let listed = all["deployments"].as_array().cloned().unwrap_or_default();
        let mut found: Vec<Deployment> = listed.iter().filter(serves).filter_map(deployment).collect();
        if found.len() > 1 {
            let service = self.ask("GET", &format!("/services/{CALLS}"), None).await?;
            found.sort_by_key(|deployment| service["deployment_id"] != deployment.id.as_str());
        }
        Ok(found)
    }

    /// Registers an address.
    ///
    /// # Errors
    /// One line, where Restate does not take it or cannot reach it.
    pub async fn register(&self, address: &str) -> Result<(), String> {
        self.ask("POST", "/deployments", Some(&json!({ "uri": address, "force": true }))).await.map(drop)
    }

    /// From now on sends everything that was meant for this deployment to `address`, including what is under way.
    ///
    /// # Errors
    /// One line, where Restate does not take it or cannot reach it.
    pub async fn redirect(&self, deployment: &str, address: &str) -> Result<(), String> {
        let body = json!({ "uri": address, "overwrite": true });
        self.ask("PATCH", &format!("/deployments/{deployment}"), Some(&body)).await.map(drop)
    }

    async fn ask(&self, method: &str, path: &str, body: Option<&Value>) -> Result<Value, String> {
        let body = body.map(|body| body.to_string().into_bytes());
        let (status, body) =
            self.0.send(method, path, None, body, PATIENCE).await.map_err(|broken| broken.to_string())?;
        let json: Value = serde_json::from_slice(&body).unwrap_or(Value::Null);
        if (200..300).contains(&status) {
            return Ok(json);
        }
        let said =
            json["message"].as_str().map_or_else(|| String::from_utf8_lossy(&body).into_owned(), ToOwned::to_owned);
        Err(format!("Restate's admin API at {} said {status}: {}", self.0.address(), line(&said)))
    }
}

fn deployment(json: &Value) -> Option<Deployment> {
    let (id, address) = (json["id"].as_str()?, json["uri"].as_str()?);
    Some(Deployment { id: id.to_owned(), address: address.trim_end_matches('/').to_owned() })
}
