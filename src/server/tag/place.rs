//! Finding the secret or key that a path names.

use super::shelf::{Place, Shelf};
use crate::server::dispatch::Call;
use crate::server::fault::Deviation;
use crate::server::http::{Failure, Reason};
use crate::server::operation::Service;
use crate::server::state::Tenant;

/// The resource of an id; nothing where a fault pretends that an unknown one was served.
pub(crate) fn find<'a>(call: Call<'a>, id: &str) -> Result<Option<Place<'a>>, Failure> {
    let rules = call.rules;
    let service = rules.operation.service();
    let (field, noun) = match service {
        Service::Csms => ("secret_id", "secret"),
        Service::Kms => ("key_id", "key"),
    };
    if let Some(place) = shelf(service, call.tenant).find(id) {
        let strays = rules.bends(Deviation::StoresOnNeighbour);
        return Ok(place.neighbour().filter(|_| strays).or(Some(place)));
    }
    let foreign = call.state.tenants.iter().find_map(|tenant| shelf(service, tenant).find(id));
    match foreign {
        Some(place) if rules.bends(Deviation::WritesForeignResource) => Ok(Some(place)),
        // Not even its existence is anybody else's business, so that the message is that of an unknown id.
        Some(_) => {
            Err(Failure::new(rules.tag.foreign_id, Reason::UnknownId, format!("{field}: no such {noun} exists")))
        }
        None if !is_uuid(id.as_bytes()) => {
            Err(Failure::new(rules.tag.malformed_id, Reason::MalformedId, format!("{field}: must be a UUID")))
        }
        None if rules.bends(Deviation::AcceptsUnknownId) => Ok(None),
        None => Err(Failure::new(rules.tag.unknown_id, Reason::UnknownId, format!("{field}: no such {noun} exists"))),
    }
}

fn shelf(service: Service, tenant: &Tenant) -> &Shelf {
    match service {
        Service::Csms => &tenant.secrets,
        Service::Kms => &tenant.keys,
    }
}

/// Whether the bytes have the shape of a UUID.
pub(crate) fn is_uuid(bytes: &[u8]) -> bool {
    bytes.len() == 36
        && bytes.iter().enumerate().all(|(index, byte)| match index {
            8 | 13 | 18 | 23 => *byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}
