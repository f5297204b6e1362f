//! Every fault that can be seeded: a deviation at one operation.

use strum::{EnumCount, EnumIter, EnumString, IntoStaticStr};

use super::deviation::Deviation;
use crate::server::operation::Operation;

macro_rules! faults {
    ($($operation:ident { $($name:ident $deviation:ident;)* })*) => {
        /// A fault that a server can be started with; its name is the kebab-case form.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, EnumIter, EnumCount, EnumString, IntoStaticStr)]
        #[strum(serialize_all = "kebab-case")]
        #[non_exhaustive]
        pub enum Fault {
            $($(
                #[doc = concat!("`", stringify!($deviation), "` at `", stringify!($operation), "`.")]
                $name,
            )*)*
        }

        impl Fault {
            pub(crate) const fn operation(self) -> Operation {
                match self {
                    $($(Self::$name)|* => Operation::$operation,)*
                }
            }

            pub(crate) const fn deviation(self) -> Deviation {
                match self {
                    $($(Self::$name => Deviation::$deviation,)*)*
                }
            }
        }
    };
}

faults! {
    CreateSecretTag {
        CsmsCreateAnswersSuccessWithOk AnswersSuccessWithOk; CsmsCreateAnswersSuccessWithCreated AnswersSuccessWithCreated;
        CsmsCreateSendsBodyWithNoContent SendsBodyWithNoContent; CsmsCreateAnswersInvalidWithUnprocessable AnswersInvalidWithUnprocessable;
        CsmsCreateAnswersErrorsWithOk AnswersErrorsWithOk; CsmsCreateAnswersBadJsonWithNotFound AnswersBadJsonWithNotFound;
        CsmsCreateAnswersUnknownIdWithGone AnswersUnknownIdWithGone; CsmsCreateAnswersLimitWithTooManyRequests AnswersLimitWithTooManyRequests;
        CsmsCreateFlattensErrors FlattensErrors; CsmsCreateSendsErrorString SendsErrorString; CsmsCreateSendsHtmlErrors SendsHtmlErrors;
        CsmsCreateSendsEmptyErrors SendsEmptyErrors; CsmsCreateOmitsErrorCode OmitsErrorCode; CsmsCreateSendsNumericErrorCode SendsNumericErrorCode;
        CsmsCreateSendsKeystoneErrors SendsKeystoneErrors; CsmsCreateAnnouncesErrorsAsText AnnouncesErrorsAsText; CsmsCreateMarksByteOrderInErrors MarksByteOrderInErrors; CsmsCreateRepeatsTokenInErrors RepeatsTokenInErrors; CsmsCreateServesEveryMethod ServesEveryMethod; CsmsCreateComparesMediaTypeToTheLetter ComparesMediaTypeToTheLetter; CsmsCreateTakesChunksForNothing TakesChunksForNothing; CsmsCreateRefusesChunks RefusesChunks; CsmsCreateInsistsOnAccept InsistsOnAccept; CsmsCreateRefusesOtherAccept RefusesOtherAccept; CsmsCreateMixesSecretsAndKeys MixesSecretsAndKeys; CsmsCreateOverwritesOnBothKinds OverwritesOnBothKinds; CsmsCreateOverwritesOnAll OverwritesOnAll; CsmsCreateListsFromBeforeOverwrite ListsFromBeforeOverwrite; CsmsCreateOmitsErrorMessage OmitsErrorMessage; CsmsCreateSendsNullErrorMessage SendsNullErrorMessage;
        CsmsCreateAcceptsKeyOneTooLong AcceptsKeyOneTooLong; CsmsCreateRefusesKeyOfMaximumLength RefusesKeyOfMaximumLength;
        CsmsCreateCountsKeyInBytes CountsKeyInBytes; CsmsCreateLimitsKeyToOldMaximum LimitsKeyToOldMaximum; CsmsCreateAcceptsEmptyKey AcceptsEmptyKey;
        CsmsCreateAcceptsMissingKey AcceptsMissingKey; CsmsCreateAcceptsNullKey AcceptsNullKey; CsmsCreateCoercesNumberKey CoercesNumberKey;
        CsmsCreateCoercesBooleanKey CoercesBooleanKey; CsmsCreateRefusesLetterNumberInKey RefusesLetterNumberInKey;
        CsmsCreateRefusesOtherNumberInKey RefusesOtherNumberInKey; CsmsCreateRefusesSpaceInKey RefusesSpaceInKey;
        CsmsCreateRefusesNonAsciiInKey RefusesNonAsciiInKey; CsmsCreateRefusesAtSignInKey RefusesAtSignInKey; CsmsCreateRefusesPlusInKey RefusesPlusInKey;
        CsmsCreateAcceptsSlashInKey AcceptsSlashInKey; CsmsCreateAcceptsMarkInKey AcceptsMarkInKey; CsmsCreateAcceptsAnyCharacterInKey AcceptsAnyCharacterInKey;
        CsmsCreateChecksOnlyFirstKeyCharacter ChecksOnlyFirstKeyCharacter; CsmsCreateAcceptsFinalNewlineInKey AcceptsFinalNewlineInKey;
        CsmsCreateAcceptsLeadingSpaceInKey AcceptsLeadingSpaceInKey; CsmsCreateAcceptsTrailingSpaceInKey AcceptsTrailingSpaceInKey;
        CsmsCreateIgnoresReservedPrefix IgnoresReservedPrefix; CsmsCreateAcceptsReservedPrefixAlone AcceptsReservedPrefixAlone; CsmsCreateReservesPrefixInAnyCase ReservesPrefixInAnyCase;
        CsmsCreateReservesPrefixAnywhere ReservesPrefixAnywhere; CsmsCreateAcceptsValueOneTooLong AcceptsValueOneTooLong;
        CsmsCreateRefusesValueOfMaximumLength RefusesValueOfMaximumLength; CsmsCreateCountsValueInBytes CountsValueInBytes;
        CsmsCreateLimitsValueToOldMaximum LimitsValueToOldMaximum; CsmsCreateRequiresValue RequiresValue; CsmsCreateRefusesEmptyValue RefusesEmptyValue;
        CsmsCreateCoercesNumberValue CoercesNumberValue; CsmsCreateCoercesBooleanValue CoercesBooleanValue;
        CsmsCreateRefusesLetterNumberInValue RefusesLetterNumberInValue; CsmsCreateRefusesSpaceInValue RefusesSpaceInValue;
        CsmsCreateRefusesNonAsciiInValue RefusesNonAsciiInValue; CsmsCreateRefusesSlashInValue RefusesSlashInValue;
        CsmsCreateAcceptsMarkInValue AcceptsMarkInValue; CsmsCreateAcceptsAnyCharacterInValue AcceptsAnyCharacterInValue;
        CsmsCreateChecksOnlyFirstValueCharacter ChecksOnlyFirstValueCharacter; CsmsCreateAcceptsFinalNewlineInValue AcceptsFinalNewlineInValue;
        CsmsCreateAcceptsMissingTag AcceptsMissingTag; CsmsCreateAcceptsNullTag AcceptsNullTag; CsmsCreateAcceptsTagArray AcceptsTagArray;
        CsmsCreateAcceptsEmptyBody AcceptsEmptyBody; CsmsCreateAcceptsTrailingComma AcceptsTrailingComma; CsmsCreateAcceptsTextAfterJson AcceptsTextAfterJson;
        CsmsCreateReplacesInvalidUnicode ReplacesInvalidUnicode; CsmsCreateStoresKeyLowerCased StoresKeyLowerCased;
        CsmsCreateStoresKeyComposed StoresKeyComposed; CsmsCreateStoresKeyTruncated StoresKeyTruncated; CsmsCreateLosesAstralInKey LosesAstralInKey;
        CsmsCreateManglesNonAsciiInKey ManglesNonAsciiInKey; CsmsCreateStoresValueTrimmed StoresValueTrimmed;
        CsmsCreateStoresValueLowerCased StoresValueLowerCased; CsmsCreateStoresValueComposed StoresValueComposed;
        CsmsCreateStoresValueTruncated StoresValueTruncated; CsmsCreateLosesAstralInValue LosesAstralInValue;
        CsmsCreateManglesNonAsciiInValue ManglesNonAsciiInValue; CsmsCreateDecodesPlusInValue DecodesPlusInValue; CsmsCreateLosesValue LosesValue;
        CsmsCreateSwapsKeyAndValue SwapsKeyAndValue; CsmsCreateStoresNothing StoresNothing; CsmsCreateForgetsOnDeepNesting ForgetsOnDeepNesting; CsmsCreateStoresRefused StoresRefused;
        CsmsCreateStoresRefusedAtLimit StoresRefusedAtLimit; CsmsCreateStoresUnauthenticated StoresUnauthenticated; CsmsCreateKeepsOldValue KeepsOldValue; CsmsCreateKeepsValueThatCountsAlike KeepsValueThatCountsAlike;
        CsmsCreateKeepsBothValues KeepsBothValues; CsmsCreateLimitOneTooLow LimitOneTooLow; CsmsCreateLimitOneTooHigh LimitOneTooHigh;
        CsmsCreateHasNoLimit HasNoLimit; CsmsCreateCountsLimitPerProject CountsLimitPerProject; CsmsCreateCountsDeletedTags CountsDeletedTags;
        CsmsCreateExceedsLimitInRace ExceedsLimitInRace; CsmsCreateAcceptsMissingToken AcceptsMissingToken; CsmsCreateAcceptsEmptyToken AcceptsEmptyToken;
        CsmsCreateAcceptsAnyToken AcceptsAnyToken; CsmsCreateAcceptsTokenPrefix AcceptsTokenPrefix; CsmsCreateAcceptsTokenInAnyCase AcceptsTokenInAnyCase;
        CsmsCreateAcceptsTokenSuffix AcceptsTokenSuffix; CsmsCreateWritesWithReadOnlyToken WritesWithReadOnlyToken;
        CsmsCreateAcceptsForeignToken AcceptsForeignToken; CsmsCreateAcceptsUnknownProject AcceptsUnknownProject; CsmsCreateAcceptsUnknownId AcceptsUnknownId;
        CsmsCreateWritesForeignResource WritesForeignResource; CsmsCreateLeaksToNeighbour LeaksToNeighbour; CsmsCreateStoresOnNeighbour StoresOnNeighbour;
        CsmsCreateSharesKeysInProject SharesKeysInProject; CsmsCreateFailsOnEmptyBody FailsOnEmptyBody; CsmsCreateFailsOnMalformedJson FailsOnMalformedJson;
        CsmsCreateFailsOnDeepNesting FailsOnDeepNesting; CsmsCreateFailsOnArrayBody FailsOnArrayBody; CsmsCreateFailsOnNull FailsOnNull;
        CsmsCreateFailsOnWrongType FailsOnWrongType; CsmsCreateFailsOnEmoji FailsOnEmoji; CsmsCreateFailsOnLongString FailsOnLongString; CsmsCreateFailsOnUnknownCharset FailsOnUnknownCharset;
        CsmsCreateFailsOnNulCharacter FailsOnNulCharacter; CsmsCreateFailsOnUnknownId FailsOnUnknownId; CsmsCreateFailsOnMissingToken FailsOnMissingToken;
        CsmsCreateFailsNowAndThen FailsNowAndThen; CsmsCreateLosesUpstreamNowAndThen LosesUpstreamNowAndThen; CsmsCreateRefusesNowAndThen RefusesNowAndThen;
        CsmsCreateForgetsNowAndThen ForgetsNowAndThen; CsmsCreateLosesConcurrentUpdates LosesConcurrentUpdates;
        CsmsCreateDuplicatesKeysInRace DuplicatesKeysInRace; CsmsCreateRefusesConcurrentWrites RefusesConcurrentWrites;
        CsmsCreateLosesThirdWrite LosesThirdWrite; CsmsCreateStripsLeadingZeros StripsLeadingZeros;
        CsmsCreateCutsValueAtDoubleColon CutsValueAtDoubleColon; CsmsCreateFailsOnTripleEquals FailsOnTripleEquals;
        CsmsCreateFormatsErrorMessages FormatsErrorMessages; CsmsCreateRendersTemplatesInRefusals RendersTemplatesInRefusals;
        CsmsCreateFailsOnOtherMethods FailsOnOtherMethods; CsmsCreateFailsOnUnheardOfMethods FailsOnUnheardOfMethods;
        CsmsCreateFailsOnTrailingSlash FailsOnTrailingSlash; CsmsCreateFailsBelowThePath FailsBelowThePath;
        CsmsCreateFailsOnOtherVersions FailsOnOtherVersions; CsmsCreateFailsOnLongId FailsOnLongId; CsmsCreateFailsOnLongProject FailsOnLongProject;
        CsmsCreateFailsOnBrokenPercent FailsOnBrokenPercent; CsmsCreateFailsOnNonAsciiId FailsOnNonAsciiId;
        CsmsCreateFailsOnBrokenUtf8InPath FailsOnBrokenUtf8InPath; CsmsCreateFailsOnLongToken FailsOnLongToken;
        CsmsCreateFailsOnNonAsciiToken FailsOnNonAsciiToken; CsmsCreateFailsOnQuoteInToken FailsOnQuoteInToken;
        CsmsCreateFailsOnUnreadableContentType FailsOnUnreadableContentType; CsmsCreateFailsOnUnreadableAccept FailsOnUnreadableAccept;
        CsmsCreateFailsOnCompressedBody FailsOnCompressedBody; CsmsCreateFailsOnUnreadableDate FailsOnUnreadableDate;
        CsmsCreateFailsOnLongHeader FailsOnLongHeader; CsmsCreateFailsOnQuery FailsOnQuery; CsmsCreateFailsOnLargeBody FailsOnLargeBody;
        CsmsCreateFailsOnLongMemberName FailsOnLongMemberName; CsmsCreateFailsOnEmptyMemberName FailsOnEmptyMemberName;
        CsmsCreateFailsOnRepeatedMembers FailsOnRepeatedMembers; CsmsCreateKeepsOldValueWithoutOne KeepsOldValueWithoutOne;
        CsmsCreateRefusesDeletedKeys RefusesDeletedKeys; CsmsCreateFailsOnDeletedKeys FailsOnDeletedKeys; CsmsCreateRevivesOldValue RevivesOldValue;
        CsmsCreateRevivesOldValueWithoutOne RevivesOldValueWithoutOne; CsmsCreateRefusesThirdLife RefusesThirdLife;
        CsmsCreateSharesOneStore SharesOneStore; CsmsCreateSharesStoreWithOtherKind SharesStoreWithOtherKind;
        CsmsCreateCountsOverwrites CountsOverwrites; CsmsCreateCountsRefused CountsRefused; CsmsCreateMatchesIdsInAnyCase MatchesIdsInAnyCase;
        CsmsCreateCutsBlanksOffIds CutsBlanksOffIds; CsmsCreateIgnoresHyphensInIds IgnoresHyphensInIds;
        CsmsCreateMatchesProjectInAnyCase MatchesProjectInAnyCase; CsmsCreateCutsBlanksOffProject CutsBlanksOffProject;
        CsmsCreateForgetsLater ForgetsLater; CsmsCreateForgetsInSeconds ForgetsInSeconds; CsmsCreateListsStoredInTurns ListsStoredInTurns; CsmsCreateRevertsLater RevertsLater; CsmsCreateListsEmptyValueAsNull ListsEmptyValueAsNull;
        CsmsCreateStoresOmittedValueAsText StoresOmittedValueAsText; CsmsCreateListsOmittedValueInTurns ListsOmittedValueInTurns;
        CsmsCreateCountsValueInOtherUnit CountsValueInOtherUnit;
        CsmsCreateTrimsSignedBody TrimsSignedBody; CsmsCreateTrustsAnnouncedHash TrustsAnnouncedHash;
        CsmsCreateSignsPathAbove SignsPathAbove; CsmsCreateIgnoresSignedQuery IgnoresSignedQuery;
        CsmsCreateCutsSignedHeaders CutsSignedHeaders; CsmsCreateTakesMissingHeadersForEmpty TakesMissingHeadersForEmpty;
        CsmsCreateTakesOldSignatures TakesOldSignatures; CsmsCreateTakesFutureSignatures TakesFutureSignatures;
        CsmsCreateVerifiesNoSignature VerifiesNoSignature; CsmsCreateIgnoresSignedMethod IgnoresSignedMethod;
    }
    BatchCreateOrDeleteTags {
        CsmsBatchAnswersSuccessWithOk AnswersSuccessWithOk; CsmsBatchAnswersSuccessWithCreated AnswersSuccessWithCreated;
        CsmsBatchSendsBodyWithNoContent SendsBodyWithNoContent; CsmsBatchAnswersInvalidWithUnprocessable AnswersInvalidWithUnprocessable;
        CsmsBatchAnswersErrorsWithOk AnswersErrorsWithOk; CsmsBatchAnswersBadJsonWithNotFound AnswersBadJsonWithNotFound;
        CsmsBatchAnswersUnknownIdWithGone AnswersUnknownIdWithGone; CsmsBatchAnswersLimitWithTooManyRequests AnswersLimitWithTooManyRequests;
        CsmsBatchFlattensErrors FlattensErrors; CsmsBatchSendsErrorArray SendsErrorArray; CsmsBatchSendsHtmlErrors SendsHtmlErrors;
        CsmsBatchSendsEmptyErrors SendsEmptyErrors; CsmsBatchOmitsErrorCode OmitsErrorCode; CsmsBatchSendsNumericErrorCode SendsNumericErrorCode;
        CsmsBatchOmitsErrorMessage OmitsErrorMessage; CsmsBatchAnnouncesErrorsAsText AnnouncesErrorsAsText; CsmsBatchMarksByteOrderInErrors MarksByteOrderInErrors; CsmsBatchRepeatsTokenInErrors RepeatsTokenInErrors; CsmsBatchServesEveryMethod ServesEveryMethod; CsmsBatchComparesMediaTypeToTheLetter ComparesMediaTypeToTheLetter; CsmsBatchTakesChunksForNothing TakesChunksForNothing; CsmsBatchRefusesChunks RefusesChunks; CsmsBatchInsistsOnAccept InsistsOnAccept; CsmsBatchRefusesOtherAccept RefusesOtherAccept; CsmsBatchMixesSecretsAndKeys MixesSecretsAndKeys; CsmsBatchOverwritesOnBothKinds OverwritesOnBothKinds; CsmsBatchOverwritesOnAll OverwritesOnAll; CsmsBatchListsFromBeforeOverwrite ListsFromBeforeOverwrite; CsmsBatchListsFromBeforeDelete ListsFromBeforeDelete; CsmsBatchRefusesDeletingWithoutValue RefusesDeletingWithoutValue; CsmsBatchIgnoresDeletingWithoutValue IgnoresDeletingWithoutValue; CsmsBatchSendsNullErrorMessage SendsNullErrorMessage; CsmsBatchAcceptsKeyOneTooLong AcceptsKeyOneTooLong;
        CsmsBatchRefusesKeyOfMaximumLength RefusesKeyOfMaximumLength; CsmsBatchCountsKeyInBytes CountsKeyInBytes;
        CsmsBatchLimitsKeyToOldMaximum LimitsKeyToOldMaximum; CsmsBatchAcceptsEmptyKey AcceptsEmptyKey; CsmsBatchAcceptsMissingKey AcceptsMissingKey;
        CsmsBatchAcceptsNullKey AcceptsNullKey; CsmsBatchCoercesNumberKey CoercesNumberKey; CsmsBatchCoercesBooleanKey CoercesBooleanKey;
        CsmsBatchRefusesLetterNumberInKey RefusesLetterNumberInKey; CsmsBatchRefusesOtherNumberInKey RefusesOtherNumberInKey;
        CsmsBatchRefusesSpaceInKey RefusesSpaceInKey; CsmsBatchRefusesNonAsciiInKey RefusesNonAsciiInKey; CsmsBatchRefusesAtSignInKey RefusesAtSignInKey;
        CsmsBatchRefusesPlusInKey RefusesPlusInKey; CsmsBatchAcceptsSlashInKey AcceptsSlashInKey; CsmsBatchAcceptsMarkInKey AcceptsMarkInKey;
        CsmsBatchAcceptsAnyCharacterInKey AcceptsAnyCharacterInKey; CsmsBatchChecksOnlyFirstKeyCharacter ChecksOnlyFirstKeyCharacter;
        CsmsBatchAcceptsFinalNewlineInKey AcceptsFinalNewlineInKey; CsmsBatchAcceptsLeadingSpaceInKey AcceptsLeadingSpaceInKey;
        CsmsBatchAcceptsTrailingSpaceInKey AcceptsTrailingSpaceInKey; CsmsBatchIgnoresReservedPrefix IgnoresReservedPrefix; CsmsBatchAcceptsReservedPrefixAlone AcceptsReservedPrefixAlone;
        CsmsBatchReservesPrefixInAnyCase ReservesPrefixInAnyCase; CsmsBatchReservesPrefixAnywhere ReservesPrefixAnywhere;
        CsmsBatchAcceptsValueOneTooLong AcceptsValueOneTooLong; CsmsBatchRefusesValueOfMaximumLength RefusesValueOfMaximumLength;
        CsmsBatchCountsValueInBytes CountsValueInBytes; CsmsBatchLimitsValueToOldMaximum LimitsValueToOldMaximum; CsmsBatchRequiresValue RequiresValue;
        CsmsBatchRefusesEmptyValue RefusesEmptyValue; CsmsBatchCoercesNumberValue CoercesNumberValue; CsmsBatchCoercesBooleanValue CoercesBooleanValue;
        CsmsBatchRefusesLetterNumberInValue RefusesLetterNumberInValue; CsmsBatchRefusesSpaceInValue RefusesSpaceInValue;
        CsmsBatchRefusesNonAsciiInValue RefusesNonAsciiInValue; CsmsBatchRefusesSlashInValue RefusesSlashInValue;
        CsmsBatchAcceptsMarkInValue AcceptsMarkInValue; CsmsBatchAcceptsAnyCharacterInValue AcceptsAnyCharacterInValue;
        CsmsBatchChecksOnlyFirstValueCharacter ChecksOnlyFirstValueCharacter; CsmsBatchAcceptsFinalNewlineInValue AcceptsFinalNewlineInValue;
        CsmsBatchAcceptsMissingTags AcceptsMissingTags; CsmsBatchAcceptsNullTags AcceptsNullTags; CsmsBatchAcceptsTagsObject AcceptsTagsObject;
        CsmsBatchAcceptsMissingAction AcceptsMissingAction; CsmsBatchAcceptsNullAction AcceptsNullAction; CsmsBatchCoercesActionArray CoercesActionArray;
        CsmsBatchMatchesActionInAnyCase MatchesActionInAnyCase; CsmsBatchCreatesOnUnknownAction CreatesOnUnknownAction;
        CsmsBatchDeletesOnUnknownAction DeletesOnUnknownAction; CsmsBatchRequiresSequence RequiresSequence; CsmsBatchWantsSequenceOfVersion4 WantsSequenceOfVersion4; CsmsBatchDropsRepeatedSequence DropsRepeatedSequence;
        CsmsBatchCoercesNumberSequence CoercesNumberSequence; CsmsBatchAcceptsEmptyBody AcceptsEmptyBody; CsmsBatchAcceptsTrailingComma AcceptsTrailingComma;
        CsmsBatchAcceptsTextAfterJson AcceptsTextAfterJson; CsmsBatchReplacesInvalidUnicode ReplacesInvalidUnicode;
        CsmsBatchStoresKeyLowerCased StoresKeyLowerCased; CsmsBatchStoresKeyComposed StoresKeyComposed; CsmsBatchStoresKeyTruncated StoresKeyTruncated;
        CsmsBatchLosesAstralInKey LosesAstralInKey; CsmsBatchManglesNonAsciiInKey ManglesNonAsciiInKey; CsmsBatchStoresValueTrimmed StoresValueTrimmed;
        CsmsBatchStoresValueLowerCased StoresValueLowerCased; CsmsBatchStoresValueComposed StoresValueComposed;
        CsmsBatchStoresValueTruncated StoresValueTruncated; CsmsBatchLosesAstralInValue LosesAstralInValue;
        CsmsBatchManglesNonAsciiInValue ManglesNonAsciiInValue; CsmsBatchDecodesPlusInValue DecodesPlusInValue; CsmsBatchLosesValue LosesValue;
        CsmsBatchSwapsKeyAndValue SwapsKeyAndValue; CsmsBatchStoresNothing StoresNothing; CsmsBatchStoresRefusedAtLimit StoresRefusedAtLimit;
        CsmsBatchStoresUnauthenticated StoresUnauthenticated; CsmsBatchKeepsOldValue KeepsOldValue; CsmsBatchKeepsValueThatCountsAlike KeepsValueThatCountsAlike; CsmsBatchKeepsBothValues KeepsBothValues;
        CsmsBatchAppliesOnlyFirstItem AppliesOnlyFirstItem; CsmsBatchAppliesOnlyLastItem AppliesOnlyLastItem; CsmsBatchDropsLastItem DropsLastItem;
        CsmsBatchStopsAfterTenItems StopsAfterTenItems; CsmsBatchKeepsBothRepeatedKeys KeepsBothRepeatedKeys;
        CsmsBatchAppliesRefusedBatchPartly AppliesRefusedBatchPartly; CsmsBatchIgnoresDelete IgnoresDelete; CsmsBatchDeletesOnlyFirstItem DeletesOnlyFirstItem;
        CsmsBatchDeletesEverythingOnEmptyList DeletesEverythingOnEmptyList;
        CsmsBatchDeletesEverything DeletesEverything; CsmsBatchDeletesByPrefix DeletesByPrefix; CsmsBatchRefusesDeletingLongest RefusesDeletingLongest; CsmsBatchDeletesInAnyCase DeletesInAnyCase;
        CsmsBatchAlwaysCreates AlwaysCreates; CsmsBatchKeepsDeletedKeysReserved KeepsDeletedKeysReserved; CsmsBatchLimitOneTooLow LimitOneTooLow;
        CsmsBatchLimitOneTooHigh LimitOneTooHigh; CsmsBatchHasNoLimit HasNoLimit; CsmsBatchCountsLimitPerProject CountsLimitPerProject;
        CsmsBatchIgnoresExistingAtLimit IgnoresExistingAtLimit; CsmsBatchCountsDeletedTags CountsDeletedTags; CsmsBatchExceedsLimitInRace ExceedsLimitInRace;
        CsmsBatchAcceptsMissingToken AcceptsMissingToken; CsmsBatchAcceptsEmptyToken AcceptsEmptyToken; CsmsBatchAcceptsAnyToken AcceptsAnyToken;
        CsmsBatchAcceptsTokenPrefix AcceptsTokenPrefix; CsmsBatchAcceptsTokenInAnyCase AcceptsTokenInAnyCase;
        CsmsBatchWritesWithReadOnlyToken WritesWithReadOnlyToken; CsmsBatchAcceptsForeignToken AcceptsForeignToken;
        CsmsBatchAcceptsUnknownProject AcceptsUnknownProject; CsmsBatchAcceptsUnknownId AcceptsUnknownId; CsmsBatchWritesForeignResource WritesForeignResource;
        CsmsBatchLeaksToNeighbour LeaksToNeighbour; CsmsBatchStoresOnNeighbour StoresOnNeighbour; CsmsBatchSharesKeysInProject SharesKeysInProject;
        CsmsBatchFailsOnEmptyBody FailsOnEmptyBody; CsmsBatchFailsOnMalformedJson FailsOnMalformedJson; CsmsBatchFailsOnDeepNesting FailsOnDeepNesting;
        CsmsBatchFailsOnArrayBody FailsOnArrayBody; CsmsBatchFailsOnNull FailsOnNull; CsmsBatchFailsOnWrongType FailsOnWrongType;
        CsmsBatchFailsOnEmptyArray FailsOnEmptyArray; CsmsBatchFailsOnEmoji FailsOnEmoji; CsmsBatchFailsOnLongString FailsOnLongString; CsmsBatchFailsOnUnknownCharset FailsOnUnknownCharset;
        CsmsBatchFailsOnNulCharacter FailsOnNulCharacter; CsmsBatchFailsOnUnknownId FailsOnUnknownId; CsmsBatchFailsOnMissingToken FailsOnMissingToken;
        CsmsBatchFailsNowAndThen FailsNowAndThen; CsmsBatchTimesOutNowAndThen TimesOutNowAndThen; CsmsBatchRefusesNowAndThen RefusesNowAndThen;
        CsmsBatchForgetsNowAndThen ForgetsNowAndThen; CsmsBatchLosesConcurrentUpdates LosesConcurrentUpdates;
        CsmsBatchDuplicatesKeysInRace DuplicatesKeysInRace; CsmsBatchRefusesConcurrentWrites RefusesConcurrentWrites;
        CsmsBatchRestoresOldValueOnDelete RestoresOldValueOnDelete; CsmsBatchIgnoresDeleteAfterRefusal IgnoresDeleteAfterRefusal;
        CsmsBatchRefusedListDeletes RefusedListDeletes; CsmsBatchSharesValuesOfAnyCase SharesValuesOfAnyCase;
        CsmsBatchFailsAtSevenTags FailsAtSevenTags; CsmsBatchFailsOnVeryLongLists FailsOnVeryLongLists;
        CsmsBatchFailsOnOtherMethods FailsOnOtherMethods; CsmsBatchFailsOnUnheardOfMethods FailsOnUnheardOfMethods;
        CsmsBatchFailsOnTrailingSlash FailsOnTrailingSlash; CsmsBatchFailsBelowThePath FailsBelowThePath;
        CsmsBatchFailsOnNulInSequence FailsOnNulInSequence; CsmsBatchFailsOnEmojiInSequence FailsOnEmojiInSequence;
        CsmsBatchFailsOnEmptySequence FailsOnEmptySequence; CsmsBatchFailsOnLongSequence FailsOnLongSequence;
        CsmsBatchFailsOnQuoteInSequence FailsOnQuoteInSequence; CsmsBatchFailsOnLongAction FailsOnLongAction;
        CsmsBatchFailsOnNulInAction FailsOnNulInAction; CsmsBatchFailsOnFormatInAction FailsOnFormatInAction; CsmsBatchFailsOnLongId FailsOnLongId;
        CsmsBatchFailsOnLongProject FailsOnLongProject; CsmsBatchFailsOnBrokenPercent FailsOnBrokenPercent;
        CsmsBatchFailsOnNonAsciiId FailsOnNonAsciiId; CsmsBatchFailsOnBrokenUtf8InPath FailsOnBrokenUtf8InPath;
        CsmsBatchFailsOnLongToken FailsOnLongToken; CsmsBatchFailsOnNonAsciiToken FailsOnNonAsciiToken;
        CsmsBatchFailsOnQuoteInToken FailsOnQuoteInToken; CsmsBatchFailsOnUnreadableContentType FailsOnUnreadableContentType;
        CsmsBatchFailsOnUnreadableAccept FailsOnUnreadableAccept; CsmsBatchFailsOnCompressedBody FailsOnCompressedBody;
        CsmsBatchFailsOnUnreadableDate FailsOnUnreadableDate; CsmsBatchFailsOnLongHeader FailsOnLongHeader; CsmsBatchFailsOnQuery FailsOnQuery;
        CsmsBatchFailsOnLargeBody FailsOnLargeBody; CsmsBatchFailsOnLongMemberName FailsOnLongMemberName;
        CsmsBatchFailsOnEmptyMemberName FailsOnEmptyMemberName; CsmsBatchFailsOnRepeatedMembers FailsOnRepeatedMembers;
        CsmsBatchKeepsOldValueWithoutOne KeepsOldValueWithoutOne; CsmsBatchRefusesDeletedKeys RefusesDeletedKeys;
        CsmsBatchFailsOnDeletedKeys FailsOnDeletedKeys; CsmsBatchRevivesOldValue RevivesOldValue;
        CsmsBatchRevivesOldValueWithoutOne RevivesOldValueWithoutOne; CsmsBatchRefusesThirdLife RefusesThirdLife;
        CsmsBatchFailsOnDeletingAgain FailsOnDeletingAgain; CsmsBatchDeletesOnlyTheFirstLife DeletesOnlyTheFirstLife;
        CsmsBatchDeletesPrefixesOfKeys DeletesPrefixesOfKeys; CsmsBatchDeletesBySuffix DeletesBySuffix;
        CsmsBatchDeletesSuffixesOfKeys DeletesSuffixesOfKeys; CsmsBatchDeletesKeysWithin DeletesKeysWithin;
        CsmsBatchDeletesBySameValue DeletesBySameValue; CsmsBatchDeletesBetween DeletesBetween; CsmsBatchDeletesUpTo DeletesUpTo;
        CsmsBatchDeletesKeysThatAreValues DeletesKeysThatAreValues; CsmsBatchDeletesValuesThatAreKeys DeletesValuesThatAreKeys;
        CsmsBatchDeletesTheNextOne DeletesTheNextOne; CsmsBatchDeletesSameNumbers DeletesSameNumbers;
        CsmsBatchDeletesIgnoringBlanks DeletesIgnoringBlanks; CsmsBatchDeletesIgnoringSigns DeletesIgnoringSigns;
        CsmsBatchDeletesByFirst32Characters DeletesByFirst32Characters; CsmsBatchDeletesOnOtherSecrets DeletesOnOtherSecrets;
        CsmsBatchDeletesOnKeys DeletesOnKeys; CsmsBatchCountsOverwrites CountsOverwrites; CsmsBatchCountsRefused CountsRefused;
        CsmsBatchMatchesIdsInAnyCase MatchesIdsInAnyCase; CsmsBatchCutsBlanksOffIds CutsBlanksOffIds;
        CsmsBatchIgnoresHyphensInIds IgnoresHyphensInIds; CsmsBatchMatchesProjectInAnyCase MatchesProjectInAnyCase;
        CsmsBatchCutsBlanksOffProject CutsBlanksOffProject; CsmsBatchForgetsLater ForgetsLater; CsmsBatchForgetsInSeconds ForgetsInSeconds; CsmsBatchListsStoredInTurns ListsStoredInTurns; CsmsBatchListsDeletedInTurns ListsDeletedInTurns;
        CsmsBatchRevertsLater RevertsLater; CsmsBatchListsEmptyValueAsNull ListsEmptyValueAsNull;
        CsmsBatchStoresOmittedValueAsText StoresOmittedValueAsText; CsmsBatchListsOmittedValueInTurns ListsOmittedValueInTurns;
        CsmsBatchTakesEmptySequenceForNone TakesEmptySequenceForNone; CsmsBatchCountsValueInOtherUnit CountsValueInOtherUnit;
    }
    CreateKmsTag {
        KmsCreateAnswersSuccessWithOk AnswersSuccessWithOk; KmsCreateAnswersSuccessWithCreated AnswersSuccessWithCreated;
        KmsCreateSendsBodyWithNoContent SendsBodyWithNoContent; KmsCreateAnswersInvalidWithUnprocessable AnswersInvalidWithUnprocessable;
        KmsCreateAnswersErrorsWithOk AnswersErrorsWithOk; KmsCreateAnswersBadJsonWithNotFound AnswersBadJsonWithNotFound;
        KmsCreateAnswersUnknownIdWithGone AnswersUnknownIdWithGone; KmsCreateFlattensErrors FlattensErrors; KmsCreateSendsErrorArray SendsErrorArray;
        KmsCreateSendsHtmlErrors SendsHtmlErrors; KmsCreateSendsEmptyErrors SendsEmptyErrors; KmsCreateSendsTruncatedErrors SendsTruncatedErrors;
        KmsCreateOmitsErrorCode OmitsErrorCode; KmsCreateSendsNumericErrorCode SendsNumericErrorCode; KmsCreateSendsKeystoneErrors SendsKeystoneErrors;
        KmsCreateOmitsErrorMessage OmitsErrorMessage; KmsCreateAnnouncesErrorsAsText AnnouncesErrorsAsText; KmsCreateMarksByteOrderInErrors MarksByteOrderInErrors; KmsCreateRepeatsTokenInErrors RepeatsTokenInErrors; KmsCreateServesEveryMethod ServesEveryMethod; KmsCreateComparesMediaTypeToTheLetter ComparesMediaTypeToTheLetter; KmsCreateTakesChunksForNothing TakesChunksForNothing; KmsCreateRefusesChunks RefusesChunks; KmsCreateInsistsOnAccept InsistsOnAccept; KmsCreateRefusesOtherAccept RefusesOtherAccept; KmsCreateMixesSecretsAndKeys MixesSecretsAndKeys; KmsCreateAcceptsKeyOneTooLong AcceptsKeyOneTooLong;
        KmsCreateRefusesKeyOfMaximumLength RefusesKeyOfMaximumLength; KmsCreateCountsKeyInBytes CountsKeyInBytes; KmsCreateCountsKeyInUtf16 CountsKeyInUtf16;
        KmsCreateLimitsKeyToSecretMaximum LimitsKeyToSecretMaximum; KmsCreateAcceptsEmptyKey AcceptsEmptyKey; KmsCreateCoercesNumberKey CoercesNumberKey;
        KmsCreateCoercesBooleanKey CoercesBooleanKey; KmsCreateRefusesSpaceInKey RefusesSpaceInKey; KmsCreateRefusesNonAsciiInKey RefusesNonAsciiInKey;
        KmsCreateAcceptsAnyCharacterInKey AcceptsAnyCharacterInKey; KmsCreateChecksOnlyFirstKeyCharacter ChecksOnlyFirstKeyCharacter;
        KmsCreateAcceptsFinalNewlineInKey AcceptsFinalNewlineInKey; KmsCreateAcceptsControlInKey AcceptsControlInKey;
        KmsCreateAcceptsUnitSeparatorInKey AcceptsUnitSeparatorInKey; KmsCreateAcceptsAsteriskInKey AcceptsAsteriskInKey;
        KmsCreateAcceptsAngleBracketInKey AcceptsAngleBracketInKey; KmsCreateAcceptsBackslashInKey AcceptsBackslashInKey;
        KmsCreateAcceptsEqualsSignInKey AcceptsEqualsSignInKey; KmsCreateRefusesDeleteInKey RefusesDeleteInKey;
        KmsCreateAppliesSecretClassToKey AppliesSecretClassToKey; KmsCreateAcceptsValueOneTooLong AcceptsValueOneTooLong;
        KmsCreateRefusesValueOfMaximumLength RefusesValueOfMaximumLength; KmsCreateCountsValueInBytes CountsValueInBytes; KmsCreateCountsValueInUtf16 CountsValueInUtf16;
        KmsCreateLimitsValueToSecretMaximum LimitsValueToSecretMaximum; KmsCreateRequiresValue RequiresValue; KmsCreateRefusesEmptyValue RefusesEmptyValue;
        KmsCreateCoercesNumberValue CoercesNumberValue; KmsCreateCoercesBooleanValue CoercesBooleanValue; KmsCreateRefusesSpaceInValue RefusesSpaceInValue;
        KmsCreateRefusesNonAsciiInValue RefusesNonAsciiInValue; KmsCreateAcceptsAnyCharacterInValue AcceptsAnyCharacterInValue;
        KmsCreateChecksOnlyFirstValueCharacter ChecksOnlyFirstValueCharacter; KmsCreateAcceptsFinalNewlineInValue AcceptsFinalNewlineInValue;
        KmsCreateAcceptsAsteriskInValue AcceptsAsteriskInValue; KmsCreateAcceptsAngleBracketInValue AcceptsAngleBracketInValue;
        KmsCreateAcceptsBackslashInValue AcceptsBackslashInValue; KmsCreateAcceptsEqualsSignInValue AcceptsEqualsSignInValue;
        KmsCreateAcceptsUnitSeparatorInValue AcceptsUnitSeparatorInValue; KmsCreateRefusesDeleteInValue RefusesDeleteInValue;
        KmsCreateAcceptsTagArray AcceptsTagArray; KmsCreateRequiresSequence RequiresSequence; KmsCreateWantsSequenceOfVersion4 WantsSequenceOfVersion4; KmsCreateDropsRepeatedSequence DropsRepeatedSequence; KmsCreateCoercesNumberSequence CoercesNumberSequence;
        KmsCreateAcceptsEmptyBody AcceptsEmptyBody; KmsCreateAcceptsTrailingComma AcceptsTrailingComma; KmsCreateAcceptsTextAfterJson AcceptsTextAfterJson;
        KmsCreateReplacesInvalidUnicode ReplacesInvalidUnicode; KmsCreateStoresKeyTrimmed StoresKeyTrimmed; KmsCreateStoresKeyLowerCased StoresKeyLowerCased;
        KmsCreateStoresKeyComposed StoresKeyComposed; KmsCreateStoresKeyTruncated StoresKeyTruncated; KmsCreateLosesAstralInKey LosesAstralInKey;
        KmsCreateManglesNonAsciiInKey ManglesNonAsciiInKey; KmsCreateStoresValueTrimmed StoresValueTrimmed;
        KmsCreateStoresValueLowerCased StoresValueLowerCased; KmsCreateStoresValueComposed StoresValueComposed;
        KmsCreateStoresValueTruncated StoresValueTruncated; KmsCreateLosesAstralInValue LosesAstralInValue;
        KmsCreateManglesNonAsciiInValue ManglesNonAsciiInValue; KmsCreateDecodesPercentInValue DecodesPercentInValue;
        KmsCreateEscapesHtmlInValue EscapesHtmlInValue; KmsCreateLosesValue LosesValue; KmsCreateSwapsKeyAndValue SwapsKeyAndValue;
        KmsCreateForgetsOnDeepNesting ForgetsOnDeepNesting;
        KmsCreateStoresNothing StoresNothing; KmsCreateStoresRefused StoresRefused; KmsCreateStoresUnauthenticated StoresUnauthenticated;
        KmsCreateKeepsOldValue KeepsOldValue; KmsCreateKeepsValueThatCountsAlike KeepsValueThatCountsAlike; KmsCreateKeepsBothValues KeepsBothValues; KmsCreateLimitOneTooLow LimitOneTooLow;
        KmsCreateLimitIsFifteen LimitIsFifteen; KmsCreateAcceptsMissingToken AcceptsMissingToken; KmsCreateAcceptsEmptyToken AcceptsEmptyToken;
        KmsCreateAcceptsAnyToken AcceptsAnyToken; KmsCreateAcceptsTokenPrefix AcceptsTokenPrefix; KmsCreateAcceptsTokenInAnyCase AcceptsTokenInAnyCase;
        KmsCreateWritesWithReadOnlyToken WritesWithReadOnlyToken; KmsCreateAcceptsForeignToken AcceptsForeignToken;
        KmsCreateAcceptsUnknownProject AcceptsUnknownProject; KmsCreateAcceptsUnknownId AcceptsUnknownId; KmsCreateWritesForeignResource WritesForeignResource;
        KmsCreateLeaksToNeighbour LeaksToNeighbour; KmsCreateStoresOnNeighbour StoresOnNeighbour; KmsCreateSharesKeysInProject SharesKeysInProject;
        KmsCreateFailsOnEmptyBody FailsOnEmptyBody; KmsCreateFailsOnMalformedJson FailsOnMalformedJson; KmsCreateFailsOnDeepNesting FailsOnDeepNesting;
        KmsCreateFailsOnArrayBody FailsOnArrayBody; KmsCreateFailsOnNull FailsOnNull; KmsCreateFailsOnWrongType FailsOnWrongType;
        KmsCreateFailsOnEmoji FailsOnEmoji; KmsCreateFailsOnLongString FailsOnLongString; KmsCreateFailsOnUnknownCharset FailsOnUnknownCharset; KmsCreateFailsOnNulCharacter FailsOnNulCharacter;
        KmsCreateFailsOnUnknownId FailsOnUnknownId; KmsCreateFailsOnMissingToken FailsOnMissingToken; KmsCreateFailsNowAndThen FailsNowAndThen;
        KmsCreateLosesUpstreamNowAndThen LosesUpstreamNowAndThen; KmsCreateRefusesNowAndThen RefusesNowAndThen; KmsCreateForgetsNowAndThen ForgetsNowAndThen;
        KmsCreateLosesConcurrentUpdates LosesConcurrentUpdates; KmsCreateDuplicatesKeysInRace DuplicatesKeysInRace; KmsCreateRefusesConcurrentWrites RefusesConcurrentWrites;
        KmsCreateCollapsesPathInValue CollapsesPathInValue; KmsCreateFormatsErrorMessages FormatsErrorMessages; KmsCreateFailsOnHugeTexts FailsOnHugeTexts;
        KmsCreateFailsOnOtherMethods FailsOnOtherMethods; KmsCreateFailsOnUnheardOfMethods FailsOnUnheardOfMethods;
        KmsCreateFailsOnTrailingSlash FailsOnTrailingSlash; KmsCreateFailsBelowThePath FailsBelowThePath;
        KmsCreateFailsOnOtherVersions FailsOnOtherVersions; KmsCreateFailsOnNulInSequence FailsOnNulInSequence;
        KmsCreateFailsOnEmojiInSequence FailsOnEmojiInSequence; KmsCreateFailsOnEmptySequence FailsOnEmptySequence;
        KmsCreateFailsOnLongSequence FailsOnLongSequence; KmsCreateFailsOnQuoteInSequence FailsOnQuoteInSequence;
        KmsCreateFailsOnLongId FailsOnLongId; KmsCreateFailsOnLongProject FailsOnLongProject; KmsCreateFailsOnBrokenPercent FailsOnBrokenPercent;
        KmsCreateFailsOnNonAsciiId FailsOnNonAsciiId; KmsCreateFailsOnBrokenUtf8InPath FailsOnBrokenUtf8InPath;
        KmsCreateFailsOnLongToken FailsOnLongToken; KmsCreateFailsOnNonAsciiToken FailsOnNonAsciiToken;
        KmsCreateFailsOnQuoteInToken FailsOnQuoteInToken; KmsCreateFailsOnUnreadableContentType FailsOnUnreadableContentType;
        KmsCreateFailsOnUnreadableAccept FailsOnUnreadableAccept; KmsCreateFailsOnCompressedBody FailsOnCompressedBody;
        KmsCreateFailsOnUnreadableDate FailsOnUnreadableDate; KmsCreateFailsOnLongHeader FailsOnLongHeader; KmsCreateFailsOnQuery FailsOnQuery;
        KmsCreateFailsOnLargeBody FailsOnLargeBody; KmsCreateFailsOnLongMemberName FailsOnLongMemberName;
        KmsCreateFailsOnEmptyMemberName FailsOnEmptyMemberName; KmsCreateFailsOnRepeatedMembers FailsOnRepeatedMembers;
        KmsCreateRefusesDeletedKeys RefusesDeletedKeys;
        KmsCreateFailsOnDeletedKeys FailsOnDeletedKeys; KmsCreateRevivesOldValue RevivesOldValue;
        KmsCreateRevivesOldValueWithoutOne RevivesOldValueWithoutOne; KmsCreateRefusesThirdLife RefusesThirdLife;
        KmsCreateSharesOneStore SharesOneStore; KmsCreateSharesStoreWithOtherKind SharesStoreWithOtherKind;
        KmsCreateMatchesIdsInAnyCase MatchesIdsInAnyCase; KmsCreateCutsBlanksOffIds CutsBlanksOffIds;
        KmsCreateIgnoresHyphensInIds IgnoresHyphensInIds; KmsCreateMatchesProjectInAnyCase MatchesProjectInAnyCase;
        KmsCreateCutsBlanksOffProject CutsBlanksOffProject; KmsCreateForgetsLater ForgetsLater; KmsCreateForgetsInSeconds ForgetsInSeconds; KmsCreateListsStoredInTurns ListsStoredInTurns;
        KmsCreateListsEmptyValueAsNull ListsEmptyValueAsNull;
        KmsCreateStoresOmittedValueAsText StoresOmittedValueAsText; KmsCreateListsOmittedValueInTurns ListsOmittedValueInTurns;
        KmsCreateTakesEmptySequenceForNone TakesEmptySequenceForNone;
        KmsCreateTrimsSignedBody TrimsSignedBody; KmsCreateTrustsAnnouncedHash TrustsAnnouncedHash;
        KmsCreateSignsPathAbove SignsPathAbove; KmsCreateIgnoresSignedQuery IgnoresSignedQuery;
        KmsCreateCutsSignedHeaders CutsSignedHeaders; KmsCreateTakesMissingHeadersForEmpty TakesMissingHeadersForEmpty;
        KmsCreateTakesOldSignatures TakesOldSignatures; KmsCreateTakesFutureSignatures TakesFutureSignatures;
        KmsCreateVerifiesNoSignature VerifiesNoSignature; KmsCreateIgnoresSignedMethod IgnoresSignedMethod;
    }
    CreateSecretEvent {
        EventCreateAnswersSuccessWithCreated AnswersSuccessWithCreated; EventCreateAnswersSuccessWithNoContent AnswersSuccessWithNoContent;
        EventCreateAnswersInvalidWithUnprocessable AnswersInvalidWithUnprocessable; EventCreateAnswersErrorsWithOk AnswersErrorsWithOk;
        EventCreateAnswersBadJsonWithNotFound AnswersBadJsonWithNotFound; EventCreateFlattensErrors FlattensErrors;
        EventCreateSendsErrorString SendsErrorString; EventCreateSendsHtmlErrors SendsHtmlErrors; EventCreateSendsEmptyErrors SendsEmptyErrors;
        EventCreateSendsTruncatedErrors SendsTruncatedErrors; EventCreateOmitsErrorCode OmitsErrorCode; EventCreateSendsNumericErrorCode SendsNumericErrorCode;
        EventCreateOmitsErrorMessage OmitsErrorMessage; EventCreateAnnouncesErrorsAsText AnnouncesErrorsAsText; EventCreateMarksByteOrderInErrors MarksByteOrderInErrors; EventCreateRepeatsTokenInErrors RepeatsTokenInErrors; EventCreateServesEveryMethod ServesEveryMethod; EventCreateComparesMediaTypeToTheLetter ComparesMediaTypeToTheLetter; EventCreateTakesChunksForNothing TakesChunksForNothing; EventCreateRefusesChunks RefusesChunks; EventCreateInsistsOnAccept InsistsOnAccept; EventCreateRefusesOtherAccept RefusesOtherAccept; EventCreateSendsNullErrorMessage SendsNullErrorMessage; EventCreateAcceptsEmptyBody AcceptsEmptyBody;
        EventCreateAcceptsTrailingComma AcceptsTrailingComma; EventCreateAcceptsTextAfterJson AcceptsTextAfterJson;
        EventCreateReplacesInvalidUnicode ReplacesInvalidUnicode; EventCreateStoresNothing StoresNothing; EventCreateStoresRefused StoresRefused;
        EventCreateStoresUnauthenticated StoresUnauthenticated; EventCreateLimitsEventsToThree LimitsEventsToThree;
        EventCreateRefusesNameOfMaximumLength RefusesNameOfMaximumLength; EventCreateAcceptsNameOneTooLong AcceptsNameOneTooLong;
        EventCreateAcceptsEmptyName AcceptsEmptyName; EventCreateAcceptsDotInName AcceptsDotInName; EventCreateAcceptsSpaceInName AcceptsSpaceInName;
        EventCreateAcceptsNonAsciiLetterInName AcceptsNonAsciiLetterInName; EventCreateAcceptsAnyCharacterInName AcceptsAnyCharacterInName;
        EventCreateChecksOnlyFirstNameCharacter ChecksOnlyFirstNameCharacter; EventCreateAcceptsFinalNewlineInName AcceptsFinalNewlineInName;
        EventCreateRefusesHyphenInName RefusesHyphenInName; EventCreateRefusesUnderscoreInName RefusesUnderscoreInName;
        EventCreateRefusesLeadingDigitInName RefusesLeadingDigitInName; EventCreateAcceptsMissingName AcceptsMissingName;
        EventCreateAcceptsNullName AcceptsNullName; EventCreateCoercesNumberName CoercesNumberName; EventCreateAcceptsMissingTypes AcceptsMissingTypes;
        EventCreateAcceptsNullTypes AcceptsNullTypes; EventCreateAcceptsScalarTypes AcceptsScalarTypes; EventCreateSkipsNonStringTypes SkipsNonStringTypes;
        EventCreateAcceptsEmptyTypes AcceptsEmptyTypes; EventCreateAcceptsRepeatedTypes AcceptsRepeatedTypes; EventCreateDropsRepeatedTypes DropsRepeatedTypes;
        EventCreateAcceptsUnknownTypes AcceptsUnknownTypes; EventCreateMatchesTypesInAnyCase MatchesTypesInAnyCase;
        EventCreateRefusesSecretDeleted RefusesSecretDeleted; EventCreateChecksOnlyFirstType ChecksOnlyFirstType;
        EventCreateAcceptsMissingState AcceptsMissingState; EventCreateAcceptsNullState AcceptsNullState; EventCreateCoercesBooleanState CoercesBooleanState;
        EventCreateMatchesStateInAnyCase MatchesStateInAnyCase; EventCreateAcceptsUnknownState AcceptsUnknownState; EventCreateRefusesDisabled RefusesDisabled;
        EventCreateAcceptsMissingNotification AcceptsMissingNotification; EventCreateAcceptsNullNotification AcceptsNullNotification;
        EventCreateAcceptsNotificationArray AcceptsNotificationArray; EventCreateAcceptsMissingTargetType AcceptsMissingTargetType;
        EventCreateAcceptsMissingTargetId AcceptsMissingTargetId; EventCreateAcceptsMissingTargetName AcceptsMissingTargetName;
        EventCreateAcceptsNullTargetType AcceptsNullTargetType; EventCreateAcceptsNullTargetId AcceptsNullTargetId;
        EventCreateAcceptsNullTargetName AcceptsNullTargetName; EventCreateCoercesNumberTargetType CoercesNumberTargetType;
        EventCreateCoercesNumberTargetId CoercesNumberTargetId; EventCreateCoercesNumberTargetName CoercesNumberTargetName;
        EventCreateChecksTargetExists ChecksTargetExists; EventCreateLeavesResponseUnwrapped LeavesResponseUnwrapped;
        EventCreateSendsEventArray SendsEventArray; EventCreateSendsEmptyResponse SendsEmptyResponse; EventCreateEchoesExampleName EchoesExampleName;
        EventCreateLowerCasesName LowerCasesName; EventCreateOmitsEventId OmitsEventId; EventCreateSendsNumericEventId SendsNumericEventId;
        EventCreateSendsEmptyEventId SendsEmptyEventId; EventCreateShowsOtherEventId ShowsOtherEventId; EventCreateSendsConstantEventId SendsConstantEventId; EventCreateAnswersWithFirstOfName AnswersWithFirstOfName;
        EventCreateReversesTypes ReversesTypes; EventCreateSortsTypes SortsTypes; EventCreateDropsLastType DropsLastType; EventCreateJoinsTypes JoinsTypes;
        EventCreateEnablesAlways EnablesAlways; EventCreateSendsBooleanState SendsBooleanState; EventCreateSendsCreateTimeAsString SendsCreateTimeAsString;
        EventCreateSendsCreateTimeAsFloat SendsCreateTimeAsFloat; EventCreateOmitsCreateTime OmitsCreateTime;
        EventCreateSendsCreateTimeOfZero SendsCreateTimeOfZero; EventCreateSendsCreateTimeInMicroseconds SendsCreateTimeInMicroseconds;
        EventCreateSendsTimesOfDisabledInOtherUnit SendsTimesOfDisabledInOtherUnit;
        EventCreateSendsCreateTimeOfTomorrow SendsCreateTimeOfTomorrow; EventCreateSendsUpdateTimeAsString SendsUpdateTimeAsString;
        EventCreateOmitsUpdateTime OmitsUpdateTime; EventCreateSendsUpdateTimeOfZero SendsUpdateTimeOfZero;
        EventCreateSendsUpdateTimeBeforeCreateTime SendsUpdateTimeBeforeCreateTime; EventCreateOmitsNotification OmitsNotification;
        EventCreateSwapsTargetIdAndName SwapsTargetIdAndName; EventCreateOmitsTargetType OmitsTargetType; EventCreateSendsNullTargetName SendsNullTargetName;
        EventCreateAcceptsMissingToken AcceptsMissingToken; EventCreateAcceptsEmptyToken AcceptsEmptyToken; EventCreateAcceptsAnyToken AcceptsAnyToken;
        EventCreateAcceptsTokenPrefix AcceptsTokenPrefix; EventCreateAcceptsTokenInAnyCase AcceptsTokenInAnyCase;
        EventCreateAcceptsTokenSuffix AcceptsTokenSuffix; EventCreateWritesWithReadOnlyToken WritesWithReadOnlyToken;
        EventCreateAcceptsForeignToken AcceptsForeignToken; EventCreateAcceptsUnknownProject AcceptsUnknownProject;
        EventCreateShowsEventToOtherTenant ShowsEventToOtherTenant; EventCreateFailsOnEmptyBody FailsOnEmptyBody;
        EventCreateFailsOnMalformedJson FailsOnMalformedJson; EventCreateFailsOnDeepNesting FailsOnDeepNesting; EventCreateFailsOnArrayBody FailsOnArrayBody;
        EventCreateFailsOnNull FailsOnNull; EventCreateFailsOnWrongType FailsOnWrongType; EventCreateFailsOnEmptyArray FailsOnEmptyArray;
        EventCreateFailsOnEmoji FailsOnEmoji; EventCreateFailsOnLongString FailsOnLongString; EventCreateFailsOnUnknownCharset FailsOnUnknownCharset; EventCreateFailsOnNulCharacter FailsOnNulCharacter;
        EventCreateFailsOnMissingToken FailsOnMissingToken; EventCreateFailsNowAndThen FailsNowAndThen; EventCreateTimesOutNowAndThen TimesOutNowAndThen;
        EventCreateRefusesNowAndThen RefusesNowAndThen; EventCreateForgetsNowAndThen ForgetsNowAndThen;
        EventCreateFailsOnTemplate FailsOnTemplate; EventCreateFailsOnFormat FailsOnFormat;
        EventCreateFailsOnOtherMethods FailsOnOtherMethods; EventCreateFailsOnUnheardOfMethods FailsOnUnheardOfMethods;
        EventCreateFailsOnTrailingSlash FailsOnTrailingSlash; EventCreateFailsBelowThePath FailsBelowThePath;
        EventCreateFailsOnOtherVersions FailsOnOtherVersions; EventCreateFailsOnNulInTargetId FailsOnNulInTargetId;
        EventCreateFailsOnLongTargetId FailsOnLongTargetId; EventCreateFailsOnTemplateInTargetId FailsOnTemplateInTargetId;
        EventCreateFailsOnLongTargetType FailsOnLongTargetType; EventCreateFailsOnEmptyTargetType FailsOnEmptyTargetType;
        EventCreateFailsOnEmojiInTargetType FailsOnEmojiInTargetType; EventCreateFailsOnQuoteInTargetName FailsOnQuoteInTargetName;
        EventCreateFailsOnLongTargetName FailsOnLongTargetName; EventCreateFailsOnLongState FailsOnLongState;
        EventCreateFailsOnNulInState FailsOnNulInState; EventCreateFailsOnLongType FailsOnLongType; EventCreateFailsOnEmojiInType FailsOnEmojiInType;
        EventCreateFailsOnLongProject FailsOnLongProject; EventCreateFailsOnBrokenPercent FailsOnBrokenPercent;
        EventCreateFailsOnBrokenUtf8InPath FailsOnBrokenUtf8InPath; EventCreateFailsOnLongToken FailsOnLongToken;
        EventCreateFailsOnNonAsciiToken FailsOnNonAsciiToken; EventCreateFailsOnQuoteInToken FailsOnQuoteInToken;
        EventCreateFailsOnUnreadableContentType FailsOnUnreadableContentType; EventCreateFailsOnUnreadableAccept FailsOnUnreadableAccept;
        EventCreateFailsOnCompressedBody FailsOnCompressedBody; EventCreateFailsOnUnreadableDate FailsOnUnreadableDate;
        EventCreateFailsOnLongHeader FailsOnLongHeader; EventCreateFailsOnQuery FailsOnQuery; EventCreateFailsOnLargeBody FailsOnLargeBody;
        EventCreateFailsOnLongMemberName FailsOnLongMemberName; EventCreateFailsOnEmptyMemberName FailsOnEmptyMemberName;
        EventCreateFailsOnRepeatedMembers FailsOnRepeatedMembers; EventCreateFailsOnDeletedNames FailsOnDeletedNames;
        EventCreateRefusesDeletedNames RefusesDeletedNames; EventCreateRevivesOldEvent RevivesOldEvent;
        EventCreateRefusesThirdLifeOfNames RefusesThirdLifeOfNames;
        EventCreateStoresNoSecondLife StoresNoSecondLife; EventCreateMatchesProjectInAnyCase MatchesProjectInAnyCase;
        EventCreateCutsBlanksOffProject CutsBlanksOffProject; EventCreateForgetsLater ForgetsLater; EventCreateListsStoredInTurns ListsStoredInTurns; EventCreateShowsFirstTypeOnly ShowsFirstTypeOnly; EventCreateDisablesLater DisablesLater;
        EventCreateSendsTimesBackwards SendsTimesBackwards; EventCreateSendsUpdateTimeInOtherUnit SendsUpdateTimeInOtherUnit;
    }
    DeleteSecretTag {
        CsmsDeleteRemovesNothing RemovesNothing; CsmsDeleteRemovesEverything RemovesEverything;
        CsmsDeleteRemovesByPrefix RemovesByPrefix; CsmsDeleteRemovesByPattern RemovesByPattern;
        CsmsDeleteRemovesInAnyCase RemovesInAnyCase; CsmsDeleteTakesPlusForBlank TakesPlusForBlank;
        CsmsDeleteCutsKeyAtBlank CutsKeyAtBlank; CsmsDeleteRefusesLongestKeyInPath RefusesLongestKeyInPath;
        CsmsDeleteRemovesOnce RemovesOnce; CsmsDeleteRemovesFromNeighbour RemovesFromNeighbour;
        CsmsDeleteRemovesBeforeAsking RemovesBeforeAsking; CsmsDeleteIgnoresWhatWasThere IgnoresWhatWasThere;
        CsmsDeleteAnswersSuccessWithOk AnswersSuccessWithOk; CsmsDeleteAcceptsMissingToken AcceptsMissingToken;
        CsmsDeleteAcceptsAnyToken AcceptsAnyToken; CsmsDeleteWritesWithReadOnlyToken WritesWithReadOnlyToken;
        CsmsDeleteMatchesIdsInAnyCase MatchesIdsInAnyCase; CsmsDeleteFailsOnMissingToken FailsOnMissingToken;
    }
    UpdateSecretEvent {
        EventUpdateStoresNoUpdate StoresNoUpdate; EventUpdateAnswersWithOldEvent AnswersWithOldEvent;
        EventUpdateResetsStateOnUpdate ResetsStateOnUpdate; EventUpdateKeepsOldNotification KeepsOldNotification;
        EventUpdateAddsTypesOnUpdate AddsTypesOnUpdate; EventUpdateGivesNewEventId GivesNewEventId;
        EventUpdateRenamesEvents RenamesEvents; EventUpdateMovesCreateTime MovesCreateTime;
        EventUpdateKeepsUpdateTime KeepsUpdateTime; EventUpdateCreatesUnknownEvents CreatesUnknownEvents;
        EventUpdateFindsNamesInAnyCase FindsNamesInAnyCase; EventUpdateAcceptsUnknownState AcceptsUnknownState;
        EventUpdateAcceptsUnknownTypes AcceptsUnknownTypes; EventUpdateAcceptsRepeatedTypes AcceptsRepeatedTypes;
        EventUpdateAcceptsMissingTargetName AcceptsMissingTargetName; EventUpdateAcceptsMissingToken AcceptsMissingToken;
        EventUpdateAnswersSuccessWithCreated AnswersSuccessWithCreated; EventUpdateReversesTypes ReversesTypes;
    }
}
