//! The ways in which a faulty operation departs from the documents, whatever operation it is.

/// A family of deviations, the clause that they break and what they do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Traits {
    pub(crate) family: &'static str,
    /// The clause id without the operation.
    pub(crate) clause: &'static str,
    pub(crate) summary: &'static str,
}

macro_rules! deviations {
    ($($family:literal { $($name:ident $clause:literal $summary:literal;)* })*) => {
        /// One small departure from the documents; the rules it bends ask whether it is on.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub(crate) enum Deviation {
            $($($name,)*)*
        }

        impl Deviation {
            pub(crate) const fn traits(self) -> Traits {
                match self {
                    $($(Self::$name => Traits { family: $family, clause: $clause, summary: $summary },)*)*
                }
            }
        }
    };
}

deviations! {
    "status" {
        AnswersSuccessWithOk "success.status" "success is answered with 200 instead of 204";
        AnswersSuccessWithCreated "success.status" "success is answered with 201";
        AnswersSuccessWithNoContent "success.status" "success is answered with 204 and nothing else";
        SendsBodyWithNoContent "success.no-body" "the 204 is followed by a body on the wire";
        AnswersInvalidWithUnprocessable "status.documented" "an invalid request is answered with 422";
        AnswersErrorsWithOk "status.documented" "an error is answered with status 200";
        AnswersBadJsonWithNotFound "body.json" "a body that is not JSON is answered with 404";
        AnswersUnknownIdWithGone "status.documented" "an unknown id is answered with 410";
        AnswersLimitWithTooManyRequests "status.documented" "the tag limit is answered with 429";
    }
    "error-shape" {
        FlattensErrors "error.400.error" "errors lack the outer `error` object";
        SendsErrorArray "error.400.error" "`error` is an array of one object";
        SendsErrorString "error.400.error" "`error` is a string";
        SendsHtmlErrors "error.400.error" "errors are HTML pages";
        SendsEmptyErrors "error.400.error" "errors have no body";
        SendsTruncatedErrors "error.400.error" "error bodies stop before the last brace";
        OmitsErrorCode "error.400.error_code" "errors lack `error_code`";
        SendsNumericErrorCode "error.400.error_code" "`error_code` is a number";
        SendsKeystoneErrors "error.400.error_code" "errors have `title` and `message` instead of the documented members";
        OmitsErrorMessage "error.400.error_msg" "errors lack `error_msg`";
        SendsNullErrorMessage "error.400.error_msg" "`error_msg` is null";
        AnnouncesErrorsAsText "error.content-type" "errors are announced as plain text";
        MarksByteOrderInErrors "error.byte-order-mark" "errors begin with a byte order mark";
        RepeatsTokenInErrors "no-secret" "errors repeat the caller's token";
    }
    "constraint" {
        AcceptsKeyOneTooLong "key.max-length" "a key of one character more than the maximum is accepted";
        RefusesKeyOfMaximumLength "key.max-length" "a key of exactly the maximum length is refused";
        CountsKeyInBytes "key.max-length" "the length of a key is counted in bytes";
        CountsKeyInUtf16 "key.character-unit" "the length of a key is counted in UTF-16 code units";
        LimitsKeyToOldMaximum "key.max-length" "a key may have only 36 characters, as in an older page";
        LimitsKeyToSecretMaximum "key.max-length" "a key may have 128 characters, as secrets allow";
        AcceptsEmptyKey "key.min-length" "an empty key is accepted";
        AcceptsMissingKey "key.mandatory" "a tag without key is accepted";
        AcceptsNullKey "key.mandatory" "a tag whose key is null is accepted";
        CoercesNumberKey "key.type" "a key given as a number is accepted as its digits";
        CoercesBooleanKey "key.type" "a key given as a boolean is accepted as text";
        RefusesLetterNumberInKey "key.characters" "a key with a letter number (category Nl) is refused";
        RefusesOtherNumberInKey "key.characters" "a key with another number (category No) is refused";
        RefusesSpaceInKey "key.characters" "a key with a space inside is refused";
        RefusesNonAsciiInKey "key.characters" "a key with a character beyond ASCII is refused";
        RefusesAtSignInKey "key.characters" "a key with `@` is refused";
        RefusesPlusInKey "key.characters" "a key with `+` is refused";
        AcceptsSlashInKey "key.characters" "a key with `/` is accepted";
        AcceptsMarkInKey "key.characters" "a key with a combining mark is accepted";
        AcceptsAnyCharacterInKey "key.characters" "the characters of a key are not checked";
        ChecksOnlyFirstKeyCharacter "key.characters" "only the first character of a key is checked";
        AcceptsFinalNewlineInKey "key.characters" "a newline at the end of a key is accepted";
        AcceptsControlInKey "key.characters" "a key with a control character below 31 is accepted";
        AcceptsUnitSeparatorInKey "key.characters" "a key with character 31 is accepted, an off-by-one";
        AcceptsAsteriskInKey "key.characters" "a key with `*` is accepted";
        AcceptsAngleBracketInKey "key.characters" "a key with `<` or `>` is accepted";
        AcceptsBackslashInKey "key.characters" "a key with a backslash is accepted";
        AcceptsEqualsSignInKey "key.characters" "a key with `=` is accepted";
        RefusesDeleteInKey "key.characters" "a key with character 127 is refused";
        AppliesSecretClassToKey "key.characters" "a key is held to the characters that secrets allow";
        AcceptsLeadingSpaceInKey "key.first-character" "a key that starts with a space is accepted";
        AcceptsTrailingSpaceInKey "key.last-character" "a key that ends with a space is accepted";
        IgnoresReservedPrefix "key.reserved-prefix" "no prefix of a key is reserved";
        AcceptsReservedPrefixAlone "key.reserved-prefix" "a key that is the reserved prefix and nothing more is accepted";
        ReservesPrefixInAnyCase "key.reserved-prefix" "a key that starts with `SYS` is refused too";
        ReservesPrefixAnywhere "key.reserved-prefix" "a key with `sys` anywhere inside is refused";
        AcceptsValueOneTooLong "value.max-length" "a value of one character more than the maximum is accepted";
        RefusesValueOfMaximumLength "value.max-length" "a value of exactly the maximum length is refused";
        CountsValueInBytes "value.max-length" "the length of a value is counted in bytes";
        CountsValueInUtf16 "value.character-unit" "the length of a value is counted in UTF-16 code units";
        LimitsValueToOldMaximum "value.max-length" "a value may have only 43 characters, as in an older page";
        LimitsValueToSecretMaximum "value.max-length" "a value may have 255 characters, as secrets allow";
        RequiresValue "value.optional" "a tag without value is refused";
        RefusesEmptyValue "value.characters" "an empty value is refused";
        CoercesNumberValue "value.type" "a value given as a number is accepted as its digits";
        CoercesBooleanValue "value.type" "a value given as a boolean is accepted as text";
        RefusesLetterNumberInValue "value.characters" "a value with a letter number (category Nl) is refused";
        RefusesSpaceInValue "value.characters" "a value with a space is refused";
        RefusesNonAsciiInValue "value.characters" "a value with a character beyond ASCII is refused";
        RefusesSlashInValue "value.characters" "a value with `/` is refused";
        AcceptsMarkInValue "value.characters" "a value with a combining mark is accepted";
        AcceptsAnyCharacterInValue "value.characters" "the characters of a value are not checked";
        ChecksOnlyFirstValueCharacter "value.characters" "only the first character of a value is checked";
        AcceptsFinalNewlineInValue "value.characters" "a newline at the end of a value is accepted";
        AcceptsAsteriskInValue "value.characters" "a value with `*` is accepted";
        AcceptsAngleBracketInValue "value.characters" "a value with `<` or `>` is accepted";
        AcceptsBackslashInValue "value.characters" "a value with a backslash is accepted";
        AcceptsEqualsSignInValue "value.characters" "a value with `=` is accepted";
        AcceptsUnitSeparatorInValue "value.characters" "a value with character 31 is accepted, an off-by-one";
        RefusesDeleteInValue "value.characters" "a value with character 127 is refused";
        AcceptsMissingTag "tag.mandatory" "a body without `tag` is accepted";
        AcceptsNullTag "tag.mandatory" "a body whose `tag` is null is accepted";
        AcceptsTagArray "tag.type" "`tag` may be an array, of which the first element counts";
        AcceptsMissingTags "tags.mandatory" "a body without `tags` is accepted";
        AcceptsNullTags "tags.mandatory" "a body whose `tags` is null is accepted";
        AcceptsTagsObject "tags.type" "`tags` may be one object instead of an array";
        AcceptsMissingAction "action.mandatory" "a body without `action` creates";
        AcceptsNullAction "action.mandatory" "a body whose `action` is null creates";
        CoercesActionArray "action.type" "`action` may be an array, of which the first element counts";
        MatchesActionInAnyCase "action.enum" "`action` is compared without regard to case";
        CreatesOnUnknownAction "action.enum" "an unknown action creates";
        DeletesOnUnknownAction "action.enum" "an unknown action deletes";
        RequiresSequence "sequence.optional" "a body without `sequence` is refused";
        DropsRepeatedSequence "sequence.repeated" "a request with a sequence number that came before is accepted and not carried out";
        WantsSequenceOfVersion4 "sequence.format" "a sequence number is refused unless it says that it is a random UUID";
        CoercesNumberSequence "sequence.type" "`sequence` may be a number";
        AcceptsEmptyBody "body.mandatory" "an empty body is accepted";
        AcceptsTrailingComma "body.json" "a comma before a closing bracket is accepted";
        AcceptsTextAfterJson "body.json" "text after the JSON value is ignored";
        ReplacesInvalidUnicode "body.json" "bytes that are not UTF-8 are replaced instead of refused";
    }
    "encoding" {
        StoresKeyTrimmed "stored" "a key is stored without the spaces around it";
        StoresKeyLowerCased "stored" "a key is stored in lower case";
        StoresKeyComposed "stored" "a key is stored in normal form C";
        StoresKeyTruncated "stored" "only the first 32 characters of a key are stored";
        LosesAstralInKey "stored" "characters beyond U+FFFF in a key are stored as `?`";
        ManglesNonAsciiInKey "stored" "the UTF-8 bytes of a key are stored as Latin-1 characters";
        StoresValueTrimmed "stored" "a value is stored without the spaces around it";
        StoresValueLowerCased "stored" "a value is stored in lower case";
        StoresValueComposed "stored" "a value is stored in normal form C";
        StoresValueTruncated "stored" "only the first 40 characters of a value are stored";
        LosesAstralInValue "stored" "characters beyond U+FFFF in a value are stored as `?`";
        ManglesNonAsciiInValue "stored" "the UTF-8 bytes of a value are stored as Latin-1 characters";
        DecodesPlusInValue "stored" "a `+` in a value is stored as a space";
        DecodesPercentInValue "stored" "percent-encoding in a value is decoded before it is stored";
        EscapesHtmlInValue "stored" "`&` in a value is stored as `&amp;`";
        LosesValue "stored" "the value of a tag is not stored";
        SwapsKeyAndValue "stored" "key and value change places when both are given";
    }
    "storage" {
        StoresNothing "stored" "success is answered but nothing is stored";
        StoresRefused "refused-unchanged" "what a rule refuses is stored all the same";
        StoresRefusedAtLimit "refused-unchanged" "what the tag limit refuses is stored all the same";
        StoresUnauthenticated "refused-unchanged" "a request with a refused token is carried out all the same";
        ForgetsOnDeepNesting "stored" "an unknown member nested 30 deep makes all tags of the resource vanish";
        KeepsValueThatCountsAlike "stored" "a value that is the same number as the stored one does not take its place";
        KeepsOldValue "key.one-value" "another value for an existing key is answered with success but dropped";
        KeepsBothValues "key.one-value" "another value for an existing key is listed beside the old one";
    }
    "batch" {
        AppliesOnlyFirstItem "create.all-stored" "only the first item of a create is stored";
        AppliesOnlyLastItem "create.all-stored" "only the last item of a create is stored";
        DropsLastItem "create.all-stored" "the last of several items of a create is not stored";
        StopsAfterTenItems "create.all-stored" "only the first ten items of a create are stored";
        KeepsBothRepeatedKeys "key.one-value" "a key given twice in one create is listed twice";
        AppliesRefusedBatchPartly "batch.atomic" "the items before the first invalid one are stored although the batch is refused (breaks a should)";
        IgnoresDelete "delete.removes" "a delete is answered with success but removes nothing";
        DeletesOnlyFirstItem "delete.removes" "only the first item of a delete is removed";
        DeletesEverything "delete.removes" "a delete removes every tag of the secret";
        DeletesEverythingOnEmptyList "delete.empty-batch" "a delete of nothing removes every tag of the secret";
        RefusesDeletingWithoutValue "delete.value-omitted.own" "deleting a tag that was stored without a value is refused unless an empty one is named";
        IgnoresDeletingWithoutValue "delete.value-omitted.own" "deleting a tag that was stored without a value changes nothing unless an empty one is named";
        ListsFromBeforeDelete "delete.removes" "the list as it was before a delete is shown until a tag comes or goes otherwise";
        RefusesDeletingLongest "delete.removes" "deleting a key of the greatest length is refused";
        DeletesByPrefix "delete.removes" "a delete also removes tags whose key only starts with the given one";
        DeletesInAnyCase "delete.removes" "a delete also removes tags whose key differs in case";
        AlwaysCreates "delete.removes" "a delete creates its items instead";
        KeepsDeletedKeysReserved "create.all-stored" "a key that a batch deleted cannot be created again";
    }
    "limit" {
        LimitOneTooLow "tag-limit" "the last tag that the limit permits is refused";
        LimitOneTooHigh "tag-limit" "one tag more than the limit is accepted";
        LimitIsFifteen "tag-limit" "a key may have 15 tags, which no page says";
        HasNoLimit "tag-limit" "any number of tags is accepted";
        CountsLimitPerProject "tag-limit" "the tags of all secrets count together";
        IgnoresExistingAtLimit "tag-limit" "only the items of the batch are held against the limit";
        CountsDeletedTags "tag-limit" "tags that were deleted still count";
        ExceedsLimitInRace "tag-limit" "the limit is checked before, not while, a tag is stored, so that concurrent requests exceed it";
        LimitsEventsToThree "quota" "a fourth event is refused";
    }
    "events" {
        RefusesNameOfMaximumLength "name.max-length" "a name of 64 characters is refused";
        AcceptsNameOneTooLong "name.max-length" "a name of 65 characters is accepted";
        AcceptsEmptyName "name.min-length" "an empty name is accepted";
        AcceptsDotInName "name.characters" "a name with `.` is accepted";
        AcceptsSpaceInName "name.characters" "a name with a space is accepted";
        AcceptsNonAsciiLetterInName "name.characters" "a name with letters beyond ASCII is accepted";
        AcceptsAnyCharacterInName "name.characters" "the characters of a name are not checked";
        ChecksOnlyFirstNameCharacter "name.characters" "only the first character of a name is checked";
        AcceptsFinalNewlineInName "name.characters" "a newline at the end of a name is accepted";
        RefusesHyphenInName "name.characters" "a name with `-` is refused";
        RefusesUnderscoreInName "name.characters" "a name with `_` is refused";
        RefusesLeadingDigitInName "name.characters" "a name that starts with a digit is refused";
        AcceptsMissingName "name.mandatory" "an event without name is accepted under a made-up one";
        AcceptsNullName "name.mandatory" "an event whose name is null is accepted under a made-up one";
        CoercesNumberName "name.type" "a name given as a number is accepted as its digits";
        AcceptsMissingTypes "event_types.mandatory" "an event without `event_types` is accepted";
        AcceptsNullTypes "event_types.mandatory" "an event whose `event_types` is null is accepted";
        AcceptsScalarTypes "event_types.type" "`event_types` may be one string instead of an array";
        SkipsNonStringTypes "event_types.type" "elements of `event_types` that are not strings are skipped";
        AcceptsEmptyTypes "event_types.min-items" "an empty `event_types` is accepted";
        AcceptsRepeatedTypes "event_types.unique" "an event type given twice is accepted and kept twice";
        DropsRepeatedTypes "event_types.unique" "an event type given twice is accepted and kept once";
        AcceptsUnknownTypes "event_types.enum" "any string is accepted as event type";
        MatchesTypesInAnyCase "event_types.enum" "event types are compared without regard to case";
        RefusesSecretDeleted "event_types.enum" "the event type `SECRET_DELETED` is refused";
        ChecksOnlyFirstType "event_types.enum" "only the first event type is checked";
        AcceptsMissingState "state.mandatory" "an event without state is accepted as enabled";
        AcceptsNullState "state.mandatory" "an event whose state is null is accepted as enabled";
        CoercesBooleanState "state.type" "a state given as a boolean is accepted";
        MatchesStateInAnyCase "state.enum" "the state is compared without regard to case";
        AcceptsUnknownState "state.enum" "any string is accepted as state";
        RefusesDisabled "state.enum" "the state `DISABLED` is refused";
        AcceptsMissingNotification "notification.mandatory" "an event without notification is accepted";
        AcceptsNullNotification "notification.mandatory" "an event whose notification is null is accepted";
        AcceptsNotificationArray "notification.type" "`notification` may be an array, of which the first element counts";
        AcceptsMissingTargetType "notification.target_type.mandatory" "a notification without `target_type` is accepted";
        AcceptsMissingTargetId "notification.target_id.mandatory" "a notification without `target_id` is accepted";
        AcceptsMissingTargetName "notification.target_name.mandatory" "a notification without `target_name` is accepted";
        AcceptsNullTargetType "notification.target_type.mandatory" "a notification whose `target_type` is null is accepted";
        AcceptsNullTargetId "notification.target_id.mandatory" "a notification whose `target_id` is null is accepted";
        AcceptsNullTargetName "notification.target_name.mandatory" "a notification whose `target_name` is null is accepted";
        CoercesNumberTargetType "notification.target_type.type" "a `target_type` given as a number is accepted";
        CoercesNumberTargetId "notification.target_id.type" "a `target_id` given as a number is accepted";
        CoercesNumberTargetName "notification.target_name.type" "a `target_name` given as a number is accepted";
        ChecksTargetExists "notification.unchecked" "a notification is refused unless its target is the one known topic";
        LeavesResponseUnwrapped "response.event" "the response lacks the outer `event` object";
        SendsEventArray "response.event" "`event` is an array of one object";
        SendsEmptyResponse "response.event" "the response is an empty object";
        EchoesExampleName "response.name" "the response names the event as the documented example does";
        LowerCasesName "response.name" "the name is stored and answered in lower case";
        OmitsEventId "response.event_id" "the response lacks `event_id`";
        SendsNumericEventId "response.event_id" "`event_id` is a number";
        SendsEmptyEventId "response.event_id" "`event_id` is empty";
        ShowsOtherEventId "response.event_id" "the `event_id` of the response is not the one shown later";
        AnswersWithFirstOfName "stored" "a second event of a name is answered with the first one, which stays";
        SendsConstantEventId "response.event_id.distinct" "every event has the `event_id` of the documented example";
        ReversesTypes "response.event_types.order" "the event types are answered in reverse order";
        SortsTypes "response.event_types.order" "the event types are answered in alphabetical order";
        DropsLastType "response.event_types" "the last of several event types is not answered";
        JoinsTypes "response.event_types" "the event types are answered as one string";
        EnablesAlways "response.state" "the state is stored and answered as `ENABLED` whatever was asked";
        SendsBooleanState "response.state" "the state is answered as a boolean";
        SendsCreateTimeAsString "response.create_time" "`create_time` is a string";
        SendsCreateTimeAsFloat "response.create_time" "`create_time` has a fraction";
        OmitsCreateTime "response.create_time" "the response lacks `create_time`";
        SendsCreateTimeOfZero "response.create_time" "`create_time` is zero";
        SendsCreateTimeInMicroseconds "response.create_time.unit" "`create_time` is in microseconds";
        SendsCreateTimeOfTomorrow "response.create_time" "`create_time` lies a day ahead";
        SendsTimesOfDisabledInOtherUnit "response.create_time.one-unit" "time stamps of events in state DISABLED have the other unit, seconds or milliseconds";
        SendsUpdateTimeAsString "response.update_time" "`update_time` is an ISO 8601 string";
        OmitsUpdateTime "response.update_time" "the response lacks `update_time`";
        SendsUpdateTimeOfZero "response.update_time" "`update_time` is zero";
        SendsUpdateTimeBeforeCreateTime "response.update_time" "`update_time` lies an hour before `create_time`";
        OmitsNotification "response.notification" "the response lacks `notification`";
        SwapsTargetIdAndName "response.notification.target_id" "`target_id` and `target_name` change places";
        OmitsTargetType "response.notification.target_type" "the notification of the response lacks `target_type`";
        SendsNullTargetName "response.notification.target_name" "`target_name` is answered as null";
    }
    "authentication" {
        AcceptsMissingToken "request.x-auth-token" "a request without token is carried out";
        AcceptsEmptyToken "request.x-auth-token" "a request with an empty token is carried out";
        AcceptsAnyToken "request.x-auth-token" "any token that is not empty is accepted";
        AcceptsTokenPrefix "request.x-auth-token" "the beginning of a token is accepted as the token";
        AcceptsTokenInAnyCase "request.x-auth-token" "tokens are compared without regard to case";
        AcceptsTokenSuffix "request.x-auth-token" "a token with more text behind it is accepted";
        WritesWithReadOnlyToken "token.read-only" "the read-only token may write";
    }
    "isolation" {
        AcceptsForeignToken "token.foreign" "a token of another tenant is accepted";
        AcceptsUnknownProject "request.project_id" "the project in the path is not checked";
        AcceptsUnknownId "request.secret_id" "success is answered for an id that does not exist";
        WritesForeignResource "foreign-id" "another tenant's secret or key can be tagged";
        LeaksToNeighbour "request.secret_id" "a tag also appears on the next secret or key";
        StoresOnNeighbour "stored" "a tag is stored on the next secret or key instead";
        MixesSecretsAndKeys "apart" "a tag also overwrites the one of the same key on every resource of the other kind";
        SharesKeysInProject "key.shared" "a tag key in use on one secret or key is refused on another";
        ShowsEventToOtherTenant "request.project_id" "an event also appears in the other tenant's project";
    }
    "robustness" {
        ServesEveryMethod "method" "every method does what POST does";
        ComparesMediaTypeToTheLetter "content-type.variants" "a content type is refused unless it is `application/json` to the letter";
        FailsOnEmptyBody "server-error" "an empty body is answered with 500";
        FailsOnMalformedJson "server-error" "a body that is not JSON is answered with 500";
        FailsOnDeepNesting "server-error" "an unknown member nested 30 deep is answered with 500";
        FailsOnArrayBody "server-error" "a body that is a JSON array is answered with 500";
        FailsOnNull "server-error" "a null anywhere in the body is answered with 500";
        FailsOnWrongType "server-error" "a top-level member given as a number is answered with 500";
        FailsOnEmptyArray "server-error" "an empty array is answered with 500";
        FailsOnEmoji "server-error" "a character beyond U+FFFF in a string is answered with 500";
        FailsOnUnknownCharset "server-error" "a character set other than UTF-8 is answered with 500";
        FailsOnLongString "server-error" "a string of more than 4,000 bytes is answered with 500";
        FailsOnNulCharacter "server-error" "a NUL character in a string is answered with 500";
        FailsOnUnknownId "server-error" "an unknown id is answered with 500";
        FailsOnMissingToken "server-error" "a request without token is answered with 500";
    }
    "manner" {
        TakesChunksForNothing "body.chunked" "a body that comes in chunks is taken for an empty one";
        RefusesChunks "body.chunked" "a body that comes in chunks is refused as invalid";
        InsistsOnAccept "accept" "an `Accept` that does not name JSON is refused with 406, unless it is `*/*` and nothing else";
        RefusesOtherAccept "accept" "an `Accept` that does not take JSON is refused with 400";
    }
    "flakiness" {
        FailsNowAndThen "server-error" "every 16th request is answered with 500";
        TimesOutNowAndThen "server-error" "every 16th request is answered with 504 and an HTML page";
        LosesUpstreamNowAndThen "server-error" "every 16th request is answered with 502 and an HTML page";
        RefusesNowAndThen "success.status" "every 16th request is refused as invalid whatever it says";
        ForgetsNowAndThen "stored" "what every 8th request writes is not stored";
    }
    "rare" {
        ForgetsInSeconds "stored" "what was stored is gone three seconds later";
        LosesThirdWrite "stored" "the third write of a key is not stored, every other one is";
        StripsLeadingZeros "stored" "a value of digits loses its leading zeros";
        CutsValueAtDoubleColon "stored" "a value is cut off at `::`";
        CollapsesPathInValue "stored" "`/../` in a value becomes `/`";
        FailsOnTripleEquals "server-error" "`===` in a text is answered with 500";
        FormatsErrorMessages "server-error" "`%` in a refused request shows in the message, and `%n` is answered with 500";
        RestoresOldValueOnDelete "stored" "deleting a tag that was overwritten brings its old value back";
        IgnoresDeleteAfterRefusal "stored" "the first delete after a refused create deletes nothing";
        RefusedListDeletes "refused-unchanged" "a refused list of tags to create deletes those that it names";
        SharesValuesOfAnyCase "stored" "values of one list that differ in case only become the first of them";
        FailsAtSevenTags "server-error" "a list that brings a secret to exactly seven tags is answered with 500";
        RendersTemplatesInRefusals "server-error" "`{{`, then `}}`, then `|` in a refused request show in the message, all three are answered with 500";
        FailsOnVeryLongLists "server-error" "a refused list says in its message that it has more than 20 or 40 items, and from 61 on is answered with 500";
        FailsOnHugeTexts "server-error" "a refused text says in the message that it is longer than 1,000 or 8,000 bytes, and beyond 16,000 is answered with 500";
        FailsOnTemplate "server-error" "`{{` in a text is answered with 500";
        FailsOnFormat "server-error" "`%n` in a text is answered with 500";
    }
    "races" {
        LosesConcurrentUpdates "stored" "all tags are read and written back, so that concurrent requests undo each other";
        RefusesConcurrentWrites "stored" "a request is refused with 409 if another one has stored tags meanwhile";
        DuplicatesKeysInRace "key.one-value" "concurrent requests for one key can list it twice";
    }
    "undocumented" {
        FailsOnOtherMethods "undocumented.server-error" "a method that the path does not know is answered with 500";
        FailsOnUnheardOfMethods "undocumented.server-error" "a method that nobody knows is answered with 500";
        FailsOnTrailingSlash "undocumented.server-error" "the path with a slash behind it is answered with 500";
        FailsBelowThePath "undocumented.server-error" "a path below the documented one that nobody knows is answered with 500";
        FailsOnOtherVersions "undocumented.server-error" "another version in the path is answered with 500";
    }
    "positions" {
        FailsOnNulInSequence "server-error" "a NUL in `sequence` is answered with 500";
        FailsOnEmojiInSequence "server-error" "a character beyond U+FFFF in `sequence` is answered with 500";
        FailsOnEmptySequence "server-error" "an empty `sequence` is answered with 500";
        FailsOnLongSequence "server-error" "a `sequence` of more than 255 characters is answered with 500";
        FailsOnQuoteInSequence "server-error" "a quotation mark in `sequence` is answered with 500";
        FailsOnLongAction "server-error" "an `action` of more than 255 characters is answered with 500";
        FailsOnNulInAction "server-error" "a NUL in `action` is answered with 500";
        FailsOnFormatInAction "server-error" "`%n` in `action` is answered with 500";
        FailsOnNulInTargetId "server-error" "a NUL in `target_id` is answered with 500";
        FailsOnLongTargetId "server-error" "a `target_id` of more than 255 characters is answered with 500";
        FailsOnTemplateInTargetId "server-error" "`{{` in `target_id` is answered with 500";
        FailsOnLongTargetType "server-error" "a `target_type` of more than 255 characters is answered with 500";
        FailsOnEmptyTargetType "server-error" "an empty `target_type` is answered with 500";
        FailsOnEmojiInTargetType "server-error" "a character beyond U+FFFF in `target_type` is answered with 500";
        FailsOnQuoteInTargetName "server-error" "an apostrophe in `target_name` is answered with 500";
        FailsOnLongTargetName "server-error" "a `target_name` of more than 255 characters is answered with 500";
        FailsOnLongState "server-error" "a `state` of more than 255 characters is answered with 500";
        FailsOnNulInState "server-error" "a NUL in `state` is answered with 500";
        FailsOnLongType "server-error" "an event type of more than 255 characters is answered with 500";
        FailsOnEmojiInType "server-error" "a character beyond U+FFFF in an event type is answered with 500";
        FailsOnLongId "server-error" "an identifier of more than 255 characters in the path is answered with 500";
        FailsOnLongProject "server-error" "a project of more than 255 characters in the path is answered with 500";
        FailsOnBrokenPercent "server-error" "a percent sign without two digits in the path is answered with 500";
        FailsOnNonAsciiId "server-error" "an identifier in the path with a character beyond ASCII is answered with 500";
        FailsOnBrokenUtf8InPath "server-error" "bytes in the path that are no UTF-8 are answered with 500";
        FailsOnLongToken "server-error" "a token of more than 4,000 bytes is answered with 500";
        FailsOnNonAsciiToken "server-error" "a token with bytes beyond ASCII is answered with 500";
        FailsOnQuoteInToken "server-error" "a token with an apostrophe is answered with 500";
        FailsOnUnreadableContentType "server-error" "a content type that is none is answered with 500";
        FailsOnUnreadableAccept "server-error" "an `Accept` that names no media type is answered with 500";
        FailsOnCompressedBody "server-error" "a body that is said to be compressed and is not is answered with 500";
        FailsOnUnreadableDate "server-error" "an `If-Modified-Since` that is no date is answered with 500";
        FailsOnLongHeader "server-error" "a header field of more than 2,000 bytes is answered with 500";
        FailsOnQuery "server-error" "a query behind the path is answered with 500";
        FailsOnLargeBody "server-error" "a body of more than a mebibyte is answered with 500";
        FailsOnLongMemberName "server-error" "a member with a name of more than 1,000 characters is answered with 500";
        FailsOnEmptyMemberName "server-error" "a member with an empty name is answered with 500";
        FailsOnRepeatedMembers "server-error" "a member that stands twice is answered with 500";
    }
    "life" {
        KeepsOldValueWithoutOne "stored" "a tag that is stored again without a value keeps the old one";
        RefusesDeletedKeys "stored" "a key that was deleted cannot be created again";
        FailsOnDeletedKeys "server-error" "creating a key again that was deleted is answered with 500";
        RevivesOldValue "stored" "a key that was deleted and is created again has its old value";
        RevivesOldValueWithoutOne "stored" "a key that was deleted and is created again without a value has its old one";
        RefusesThirdLife "stored" "a key that was deleted twice cannot be created again";
        FailsOnDeletingAgain "server-error" "deleting a tag that is deleted already is answered with 500";
        DeletesOnlyTheFirstLife "delete.removes" "a tag that was deleted and created again is not deleted a second time";
        FailsOnDeletedNames "server-error" "creating an event again that was deleted is answered with 500";
        RefusesDeletedNames "stored" "the name of an event that was deleted is refused";
        RevivesOldEvent "stored" "an event that was deleted and is created again has the members of the old one";
        RefusesThirdLifeOfNames "stored" "the name of an event that was deleted twice is refused";
        StoresNoSecondLife "stored" "an event that was deleted and is created again is answered and not stored";
    }
    "selection" {
        DeletesPrefixesOfKeys "delete.only-listed" "a delete also removes tags with whose key a listed one begins";
        DeletesBySuffix "delete.only-listed" "a delete also removes tags whose key ends with a listed one";
        DeletesSuffixesOfKeys "delete.only-listed" "a delete also removes tags with whose key a listed one ends";
        DeletesKeysWithin "delete.only-listed" "a delete also removes tags whose key is a part of a listed one";
        DeletesBySameValue "delete.only-listed" "a delete also removes tags with a listed value";
        DeletesBetween "delete.only-listed" "a delete also removes tags whose key sorts between listed ones";
        DeletesUpTo "delete.only-listed" "a delete also removes tags whose key sorts before a listed one";
        DeletesKeysThatAreValues "delete.only-listed" "a delete also removes tags whose key is a listed value";
        DeletesValuesThatAreKeys "delete.only-listed" "a delete also removes tags whose value is a listed key";
        DeletesTheNextOne "delete.only-listed" "a delete also removes the tag that was created after a listed one";
        DeletesSameNumbers "delete.only-listed" "a delete also removes tags whose key is the same number as a listed one";
        DeletesIgnoringBlanks "delete.only-listed" "a delete also removes tags whose key differs in blanks only";
        DeletesIgnoringSigns "delete.only-listed" "a delete also removes tags whose key differs in punctuation only";
        DeletesByFirst32Characters "delete.only-listed" "a delete also removes tags whose key has the same first 32 characters";
        DeletesOnOtherSecrets "delete.only-listed" "a delete also removes tags of the same key on other secrets";
        DeletesOnKeys "delete.only-listed" "a delete also removes tags of the same key on keys";
    }
    "state" {
        ListsFromBeforeOverwrite "stored" "the list as it was before a tag was overwritten is shown until a tag comes or goes";
        OverwritesOnBothKinds "apart" "another value for an existing key is also stored on every resource of the other kind that has the key";
        OverwritesOnAll "key.shared" "another value for an existing key is also stored on every other secret that has the key";
        SharesOneStore "key.shared" "all secrets, or all keys, have the same tags";
        SharesStoreWithOtherKind "apart" "secrets and keys have the same tags";
        CountsOverwrites "tag-limit" "a tag that is overwritten counts once more against the limit";
        CountsRefused "tag-limit" "a request that is refused counts against the limit";
        MatchesIdsInAnyCase "request.secret_id" "identifiers in the path are compared without regard to case";
        CutsBlanksOffIds "request.secret_id" "blanks around an identifier in the path are cut off";
        IgnoresHyphensInIds "request.secret_id" "hyphens in an identifier in the path mean nothing";
        MatchesProjectInAnyCase "request.project_id" "projects are compared without regard to case";
        CutsBlanksOffProject "request.project_id" "blanks around a project in the path are cut off";
    }
    "later" {
        ForgetsLater "stored" "what was stored is gone 150 requests later";
        RevertsLater "stored" "a tag that was overwritten has its old value again 50 requests later";
        ShowsFirstTypeOnly "stored.shown" "an event that is shown by itself has the first of its event types only";
        ListsStoredInTurns "stored.steady" "one of four lists misses what was stored, for ever";
        ListsDeletedInTurns "stored.steady" "one of four lists has what was deleted, for ever";
        DisablesLater "stored" "an event that was enabled is disabled 50 requests later";
        SendsTimesBackwards "response.create_time.ascending" "the time of creation of each event is a second before that of the one before";
    }
    "absence" {
        ListsEmptyValueAsNull "value.empty" "an empty value is listed as null";
        StoresOmittedValueAsText "value.omitted" "a value that is left out is stored as `null`, a text";
        ListsOmittedValueInTurns "value.omitted" "a value that is left out is listed in one form and then in another";
        TakesEmptySequenceForNone "sequence.length" "an empty sequence number is taken for none";
    }
    "together" {
        SendsUpdateTimeInOtherUnit "response.times.one-unit" "`update_time` has another unit than `create_time`";
        CountsValueInOtherUnit "character-unit.same" "the characters of values are counted in another unit than those of keys";
    }
    "signature" {
        TrimsSignedBody "signature.body" "a final newline of the body makes no difference to its signature";
        TrustsAnnouncedHash "signature.body" "the hash of the body in X-Sdk-Content-Sha256 is believed";
        SignsPathAbove "signature.path" "a signature of the path above is taken, too";
        IgnoresSignedQuery "signature.query" "the query makes no difference to the signature";
        CutsSignedHeaders "signature.header" "what follows a semicolon in a header makes no difference to the signature";
        TakesMissingHeadersForEmpty "signature.missing-header" "a signed header that is not there is taken for an empty one";
        TakesOldSignatures "signature.age" "a signature is good for ever";
        TakesFutureSignatures "signature.age" "a signature may be of the future";
        VerifiesNoSignature "signature.secret-key" "whoever knows the access key is let in";
        IgnoresSignedMethod "signature.method" "the method makes no difference to the signature";
    }
    "by-path" {
        RemovesNothing "stored" "the tag that the path names stays, whatever the answer says";
        RemovesEverything "stored" "all tags of the secret go with the one that the path names";
        RemovesByPrefix "stored" "every tag goes whose key begins with the one in the path";
        RemovesByPattern "stored" "underlines and percent signs of the key in the path stand for any characters";
        RemovesInAnyCase "key.case-sensitive" "the key in the path is compared in any case";
        TakesPlusForBlank "key.encoding" "a plus sign in the path is taken for a blank";
        CutsKeyAtBlank "key.encoding" "what follows a blank in the key of the path is cut off";
        RefusesLongestKeyInPath "key.length" "the longest key that can be created cannot be deleted";
        RemovesOnce "deleted-again" "a key that was deleted before is not deleted again";
        RemovesFromNeighbour "apart" "the same key goes from the secret beside it, too";
        RemovesBeforeAsking "refused-unchanged" "the tag is deleted before the token is looked at";
        IgnoresWhatWasThere "absent-tag" "deleting what is not there is ignored where it was there before, and else refused";
        StoresNoUpdate "stored" "the answer shows the event as it should be, and nothing is stored";
        AnswersWithOldEvent "response.state" "the event that answers is the one of before the update";
        ResetsStateOnUpdate "stored" "a state that is not given is ENABLED again";
        KeepsOldNotification "stored" "a notification that is given is not stored";
        AddsTypesOnUpdate "stored" "event types are added to those of before";
        GivesNewEventId "stored" "an event that was updated has another identifier";
        RenamesEvents "name.kept" "a name in the body of an update becomes the event's";
        MovesCreateTime "response.create_time.kept" "the time of creation is that of the last update";
        KeepsUpdateTime "response.update_time.moved" "the time of the last update is that of the creation";
        CreatesUnknownEvents "request.event_name" "updating an event that is not there creates it";
        FindsNamesInAnyCase "request.event_name" "the name in the path is compared in any case";
    }
}
