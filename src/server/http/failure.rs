//! Why a request is refused.

use std::borrow::Cow;

use axum::http::StatusCode;

use crate::server::operation::Service;

/// Which shape an error body has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Envelope {
    /// `{"error":{…}}`, as the operations document.
    Wrapped,
    /// Flat, as the operations on secrets document.
    Flat,
    /// Flat with a request id, as the gateway in front of them answers.
    Gateway,
}

/// What was wrong, from which each service derives its code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reason {
    Json,
    Missing,
    Parameter,
    Key,
    KeyLength,
    Value,
    ValueLength,
    TagList,
    Action,
    Sequence,
    TagLimit,
    RepeatedTag,
    RepeatedName,
    EventQuota,
    MalformedId,
    UnknownId,
    NoSuchTag,
    NoSuchEvent,
    TokenMissing,
    TokenWrong,
    Permission,
    Project,
    Internal,
    NoRoute,
    NoMethod,
    TooLarge,
    Expired,
    Throttled,
    NoSuchSecret,
    RepeatedSecret,
    AlreadyPending,
    PendingDeletion,
    NotPendingDeletion,
    Protection,
    DefaultKey,
    EventInUse,
    RepeatedAlias,
    PendingDays,
    KeyState,
    Limit,
    Marker,
    Offset,
    TooManyValues,
    Matches,
}

/// A refusal on its way to the client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Failure {
    pub(crate) status: StatusCode,
    pub(crate) reason: Reason,
    pub(crate) message: Cow<'static, str>,
    pub(crate) envelope: Envelope,
}

impl Failure {
    pub(crate) fn new(status: StatusCode, reason: Reason, message: impl Into<Cow<'static, str>>) -> Self {
        Self { status, reason, message: message.into(), envelope: Envelope::Wrapped }
    }

    /// An invalid request.
    pub(crate) fn invalid(reason: Reason, message: impl Into<Cow<'static, str>>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, reason, message)
    }

    pub(crate) fn missing(field: impl std::fmt::Display) -> Self {
        Self::invalid(Reason::Missing, format!("{field}: is mandatory"))
    }

    pub(crate) fn wrong_type(field: impl std::fmt::Display, expected: &str, found: &str) -> Self {
        Self::invalid(Reason::Parameter, format!("{field}: must be {expected}, not {found}"))
    }

    pub(crate) fn unknown_member(place: impl std::fmt::Display, name: &str) -> Self {
        let name: String = name.chars().take(64).collect();
        Self::invalid(Reason::Parameter, format!("{place}: has no member `{name}`"))
    }

    /// What a broken implementation answers; only faults make one.
    pub(crate) fn internal() -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, Reason::Internal, "internal service error")
    }

    pub(crate) fn enveloped(mut self, envelope: Envelope) -> Self {
        self.envelope = envelope;
        self
    }
}

impl Reason {
    /// The code in the error body.
    pub(crate) const fn code(self, service: Service) -> &'static str {
        match service {
            Service::Csms => self.csms(),
            Service::Kms => self.kms(),
        }
    }

    const fn csms(self) -> &'static str {
        match self {
            Self::Json => "CSMS.0004",
            Self::UnknownId | Self::NoSuchTag | Self::NoSuchEvent => "CSMS.0005",
            Self::RepeatedName | Self::RepeatedSecret => "CSMS.0101",
            Self::NoSuchSecret => "CSMS.0106",
            Self::AlreadyPending | Self::PendingDeletion => "CSMS.0107",
            Self::NotPendingDeletion => "CSMS.0108",
            Self::Protection => "CSMS.0401",
            Self::EventQuota => "CSMS.0202",
            Self::TokenMissing | Self::TokenWrong => "CSMS.0301",
            Self::Permission | Self::Project => "CSMS.0302",
            Self::Internal => "CSMS.0001",
            _ => "CSMS.0002",
        }
    }

    const fn kms(self) -> &'static str {
        match self {
            Self::Json => "KMS.0202",
            Self::Missing => "KMS.0204",
            Self::MalformedId => "KMS.0205",
            Self::Sequence => "KMS.0206",
            Self::UnknownId => "KMS.0207",
            Self::TokenMissing => "KMS.0301",
            Self::TokenWrong => "KMS.0302",
            Self::Permission => "KMS.0307",
            Self::Project => "KMS.0321",
            Self::Action => "KMS.0404",
            Self::Value => "KMS.0405",
            Self::Key | Self::RepeatedTag => "KMS.0406",
            Self::TagLimit => "KMS.0409",
            Self::ValueLength => "KMS.0410",
            Self::KeyLength => "KMS.0411",
            Self::TagList => "KMS.0412",
            Self::NoSuchTag => "KMS.0416",
            Self::Internal => "KMS.0100",
            Self::KeyState => "KMS.0209",
            Self::PendingDeletion => "KMS.0210",
            Self::DefaultKey => "KMS.0211",
            Self::TooManyValues => "KMS.0413",
            Self::Matches => "KMS.0415",
            Self::Offset => "KMS.0417",
            Self::RepeatedAlias => "KMS.1104",
            Self::PendingDays => "KMS.1401",
            Self::AlreadyPending => "KMS.1402",
            Self::NotPendingDeletion => "KMS.1501",
            Self::Limit => "KMS.1601",
            Self::Marker => "KMS.1602",
            Self::Expired => "KMS.0303",
            Self::Parameter
            | Self::Throttled
            | Self::NoSuchSecret
            | Self::RepeatedSecret
            | Self::EventInUse
            | Self::Protection
            | Self::RepeatedName
            | Self::EventQuota
            | Self::NoSuchEvent
            | Self::NoRoute
            | Self::NoMethod
            | Self::TooLarge => "KMS.0308",
        }
    }

    /// The code that the gateway gives where it answers itself.
    pub(crate) const fn gateway(self) -> &'static str {
        match self {
            Self::NoRoute => "APIGW.0101",
            Self::TooLarge => "APIGW.0201",
            Self::NoMethod => "APIGW.0501",
            Self::Expired => "APIGW.0307",
            Self::Throttled => "APIGW.0308",
            _ => "APIGW.0301",
        }
    }
}
