//! Finding the secret or key that a path names.

use super::life;
use super::shelf::{Place, Shelf};
use crate::server::dispatch::Call;
use crate::server::fault::Deviation;
use crate::server::http::{Failure, Reason};
use crate::server::operation::{Operation, Service};
use crate::server::rules::Rules;
use crate::server::state::Tenant;

/// The resource of an id; nothing where a fault pretends that an unknown one was served.
pub(crate) fn find<'a>(call: Call<'a>, id: &str) -> Result<Option<Place<'a>>, Failure> {
    let rules = call.rules;
    let service = rules.operation.service();
    let (field, noun) = match service {
        Service::Csms => ("secret_id", "secret"),
        Service::Kms => ("key_id", "key"),
    };
    let own = shelf(service, call.tenant);
    if let Some(place) =
        own.find(id).or_else(|| rules.is_bent().then(|| own.find_where(|known| loosely_same(rules, known, id)))?)
    {
        let strays = rules.bends(Deviation::StoresOnNeighbour);
        let place = place.neighbour().filter(|_| strays).unwrap_or(place);
        return Ok(Some(shared(call, service, place)));
    }
    let foreign = call.state.tenants.iter().find_map(|tenant| shelf(service, tenant).find(id));
    match foreign {
        Some(place) if rules.bends(Deviation::WritesForeignResource) => Ok(Some(place)),
        // Not even its existence is anybody else's business, so that the message is that of an unknown id.
        Some(_) => {
            Err(Failure::new(rules.tag.foreign_id, Reason::UnknownId, format!("{field}: no such {noun} exists")))
        }
        None if service == Service::Kms && id == call.tenant.default_key_id => {
            Err(Failure::invalid(Reason::DefaultKey, "key_id: a default key takes no tags"))
        }
        None if !is_uuid(id.as_bytes()) => {
            Err(Failure::new(rules.tag.malformed_id, Reason::MalformedId, format!("{field}: must be a UUID")))
        }
        None if rules.bends(Deviation::AcceptsUnknownId) => Ok(None),
        None => Err(Failure::new(rules.tag.unknown_id, Reason::UnknownId, format!("{field}: no such {noun} exists"))),
    }
}

/// Whether a fault takes an identifier for one that it is not.
fn loosely_same(rules: &Rules, known: &str, id: &str) -> bool {
    rules.bends(Deviation::MatchesIdsInAnyCase) && known.eq_ignore_ascii_case(id)
        || rules.bends(Deviation::CutsBlanksOffIds) && known == id.trim()
        || rules.bends(Deviation::IgnoresHyphensInIds) && known.replace('-', "") == id.replace('-', "")
}

/// Where the tags of a resource really are: elsewhere, if a fault of the service makes resources share them. That holds for
/// whoever reads them, too.
fn shared<'a>(call: Call<'a>, service: Service, place: Place<'a>) -> Place<'a> {
    let operation = match service {
        Service::Csms => Operation::CreateSecretTag,
        Service::Kms => Operation::CreateKmsTag,
    };
    let rules = call.state.operation(operation);
    let place = if rules.bends(Deviation::SharesOneStore) {
        shelf(service, call.tenant).places().next().unwrap_or(place)
    } else if rules.bends(Deviation::SharesStoreWithOtherKind) {
        let other = if service == Service::Kms { &call.tenant.secrets } else { &call.tenant.keys };
        other.places().nth(place.index()).unwrap_or(place)
    } else {
        place
    };
    life::age(call.state, &mut place.tags());
    place
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
