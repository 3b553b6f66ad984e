//! The dashboard's router, driven without a network.
#![allow(dead_code, reason = "each test crate uses its own part")]

use std::path::Path;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode};
use http_body_util::BodyExt;
use rejoinder::data::DataFolder;
use rejoinder::web::guard::Names;
use rejoinder::web::secrets::Secrets;
use rejoinder::web::site::Site;
use tower::ServiceExt;

/// What came back.
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub text: String,
}

impl Answer {
    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map(|value| value.to_str().unwrap()).unwrap_or_default()
    }
}

/// The router of a site.
pub struct Pages {
    router: Router,
    pub csrf: String,
}

impl Pages {
    pub fn of(root: &Path) -> Self {
        Pages::with(root, Names::default(), None)
    }

    pub fn with(root: &Path, names: Names, token: Option<&str>) -> Self {
        let secrets = Secrets::new(token).unwrap();
        let csrf = secrets.csrf().to_owned();
        let site = Site::new(DataFolder::open(root), Vec::new(), names, secrets);
        Pages { router: rejoinder::web::router(Arc::new(site)), csrf }
    }

    pub async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.unwrap().to_bytes();
        Answer { status: parts.status, headers: parts.headers, text: String::from_utf8_lossy(&bytes).into_owned() }
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send(Request::get(path).header("host", "localhost:7070").body(Body::empty()).unwrap()).await
    }

    /// A form as one of our own pages sends it.
    pub async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let csrf = self.csrf.clone();
        let fields: Vec<(&str, &str)> = [("csrf", csrf.as_str())].iter().chain(fields).copied().collect();
        self.post_as(path, &fields, &[("origin", "http://localhost:7070")]).await
    }

    pub async fn post_as(&self, path: &str, fields: &[(&str, &str)], headers: &[(&str, &str)]) -> Answer {
        let mut form = url::form_urlencoded::Serializer::new(String::new());
        form.extend_pairs(fields);
        let mut request = Request::post(path)
            .header("host", "localhost:7070")
            .header("content-type", "application/x-www-form-urlencoded");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.send(request.body(Body::from(form.finish())).unwrap()).await
    }
}
