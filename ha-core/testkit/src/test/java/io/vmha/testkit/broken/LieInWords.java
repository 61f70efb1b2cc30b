package io.vmha.testkit.broken;

import io.vmha.adapter.AdapterException;
import io.vmha.adapter.AdapterException.Cause;
import io.vmha.adapter.CallContext;
import io.vmha.adapter.HypervisorAdapter;
import io.vmha.model.HostId;
import io.vmha.model.PowerState;
import io.vmha.model.Resources;
import io.vmha.model.VmId;
import java.io.IOException;
import java.time.Duration;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/** Adapters whose failures say what nobody may read, or what a log must not hold. */
enum LieInWords implements BrokenAdapter {
    PASSWORD_IN_ITS_OWN_TEXT("neitherItsNameNorItsMessagesHoldASecret", platform -> new RemoteAdapter(platform) {
        @Override
        public String toString() {
            return ADDRESS;
        }
    }),
    PASSWORD_IN_A_CAUSE(
            "neitherItsNameNorItsMessagesHoldASecret",
            platform -> ofATimeout(
                    platform,
                    told -> new AdapterException.OutcomeUnknown(
                            told.reason(), "no answer in time", new IOException("read of " + LieInWords.ADDRESS)))),
    PASSWORD_IN_WHAT_WAS_SUPPRESSED(
            "neitherItsNameNorItsMessagesHoldASecret",
            platform -> ofATimeout(platform, told -> {
                told.addSuppressed(new IOException("closing " + LieInWords.ADDRESS));
                return told;
            })),
    PASSWORD_WHEN_THE_PLATFORM_FAILS(
            "neitherItsNameNorItsMessagesHoldASecret", platform -> new RemoteAdapter(platform) {
                @Override
                AdapterException unknown(boolean mayHaveEffect, Cause cause, String message, Throwable why) {
                    String where = cause == Cause.UNREACHABLE ? ADDRESS + ": " : "";
                    return super.unknown(mayHaveEffect, cause, where + message, why);
                }
            }),
    PASSWORD_WHEN_THERE_IS_NO_ROOM("neitherItsNameNorItsMessagesHoldASecret", platform -> new RemoteAdapter(platform) {
        @Override
        public void reallocate(VmId vm, Resources allocation, CallContext call) {
            try {
                super.reallocate(vm, allocation, call);
            } catch (AdapterException.Permanent refused) {
                throw new AdapterException.Permanent(refused.reason(), "refused by " + ADDRESS, refused);
            }
        }
    }),
    PASSWORD_WHEN_IT_COMES_TOO_LATE("neitherItsNameNorItsMessagesHoldASecret", platform -> new RemoteAdapter(platform) {
        @Override
        public void powerOff(VmId vm, Duration grace, CallContext call) {
            if (call.remaining().isZero()) {
                throw new AdapterException.Transient(Cause.TIMEOUT, "no time to ask " + ADDRESS);
            }
            super.powerOff(vm, grace, call);
        }
    }),
    PASSWORD_WHEN_IT_IS_CLOSED("neitherItsNameNorItsMessagesHoldASecret", platform -> new RemoteAdapter(platform) {
        @Override
        public PowerState powerState(VmId vm, CallContext call) {
            try {
                return super.powerState(vm, call);
            } catch (IllegalStateException closed) {
                throw new IllegalStateException("closed: " + ADDRESS, closed);
            }
        }
    }),
    @SuppressWarnings("NullAway")
    FAILURE_WITHOUT_A_MESSAGE(
            "itsMessagesAreOneLineThatAnybodyCanRead",
            platform -> ofATimeout(platform, told -> new AdapterException.OutcomeUnknown(told.reason(), null))),
    FAILURE_WITH_AN_EMPTY_MESSAGE(
            "itsMessagesAreOneLineThatAnybodyCanRead",
            platform -> ofATimeout(platform, told -> new AdapterException.OutcomeUnknown(told.reason(), " "))),
    MESSAGE_OF_TWO_LINES("itsMessagesAreOneLineThatAnybodyCanRead", platform -> new RemoteAdapter(platform) {
        @Override
        public void powerOn(VmId vm, HostId host, CallContext call) {
            try {
                super.powerOn(vm, host, call);
            } catch (AdapterException.Permanent refused) {
                throw new AdapterException.Permanent(refused.reason(), "refused:\n" + refused.getMessage());
            }
        }
    }),
    THE_PLATFORMS_WORDS_AS_THEY_CAME(
            "itsMessagesAreOneLineThatAnybodyCanRead", platform -> new RemoteAdapter(platform) {
                @Override
                AdapterException unknown(boolean mayHaveEffect, Cause cause, String message, Throwable why) {
                    return super.unknown(mayHaveEffect, cause, message + ": " + why.getMessage(), why);
                }
            });

    private static final String ADDRESS = "https://root:" + RemoteTestbed.SECRET + "@h1/";

    private final String caughtBy;
    private final Function<RemotePlatform, HypervisorAdapter> lie;

    LieInWords(String caughtBy, Function<RemotePlatform, HypervisorAdapter> lie) {
        this.caughtBy = caughtBy;
        this.lie = lie;
    }

    @Override
    public String caughtBy() {
        return caughtBy;
    }

    @Override
    public HypervisorAdapter adapter(RemotePlatform platform) {
        return lie.apply(platform);
    }

    /** Tells a change that timed out in another way. */
    private static HypervisorAdapter ofATimeout(RemotePlatform platform, UnaryOperator<AdapterException> lie) {
        return new RemoteAdapter(platform) {
            @Override
            AdapterException unknown(boolean mayHaveEffect, Cause cause, String message, Throwable why) {
                AdapterException told = super.unknown(mayHaveEffect, cause, message, why);
                return mayHaveEffect && cause == Cause.TIMEOUT ? lie.apply(told) : told;
            }
        };
    }
}
