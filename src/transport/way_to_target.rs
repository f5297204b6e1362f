//! The transport to a target as it is described: over its network, with its credentials.

use std::sync::Arc;

use super::authentication::{Fetched, Signing};
use super::{HttpTransport, Limits, Transport, TransportError};
use crate::target::{Authentication, Target};

/// HTTP, as the target's network wants it, with what shows whose the requests are put in as the last step.
///
/// # Errors
/// If certificates, keys or the proxy cannot be used.
pub fn over_the_network(target: &Target, limits: &Limits) -> Result<Arc<dyn Transport>, TransportError> {
    let iam_is_encrypted = matches!(target.authentication, Authentication::FetchedToken(_));
    let http = HttpTransport::new(&target.network, limits, target.is_encrypted() || iam_is_encrypted)?;
    let http: Arc<dyn Transport> = Arc::new(http);
    Ok(match &target.authentication {
        Authentication::Token => http,
        Authentication::FetchedToken(source) => Arc::new(Fetched::new(http, source)),
        Authentication::Signature(key) => Arc::new(Signing::new(http, key, &target.project_id)),
    })
}
