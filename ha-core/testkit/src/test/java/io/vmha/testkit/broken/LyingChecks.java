package io.vmha.testkit.broken;

import io.vmha.detection.SecondCheck;
import io.vmha.detection.SecondLook;
import io.vmha.model.HostId;
import io.vmha.model.VmId;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.UnaryOperator;

/** Second checks that are each broken in one way, around one that keeps the contract. */
final class LyingChecks {

    /** Tells what was seen otherwise. */
    private static UnaryOperator<SecondCheck> told(UnaryOperator<SecondLook> otherwise) {
        return real -> (vm, host, deadline) -> otherwise.apply(real.look(vm, host, deadline));
    }

    private static SecondLook instead(SecondLook seen, SecondLook of, SecondLook other) {
        return seen == of ? other : seen;
    }

    static final List<BrokenPart<SecondCheck>> ALL = List.of(
            new BrokenPart<>(
                    "takes every silent monitor for a dead guest",
                    "aGuestThatLivesIsTakenForNothingWorse",
                    told(seen -> instead(seen, SecondLook.ALIVE, SecondLook.NO_SIGN_OF_LIFE))),
            new BrokenPart<>(
                    "takes every VM that has power for alive",
                    "aGuestThatHangsShowsNoSignOfLife",
                    told(seen -> instead(seen, SecondLook.NO_SIGN_OF_LIFE, SecondLook.ALIVE))),
            new BrokenPart<>(
                    "cannot tell off from hung",
                    "aVmThatIsOffIsToldAsOffAndNoOtherIs",
                    told(seen -> instead(seen, SecondLook.OFF, SecondLook.NO_SIGN_OF_LIFE))),
            new BrokenPart<>(
                    "takes a time-out for a dead guest",
                    "aHostThatDoesNotAnswerSaysNothingOfItsVm",
                    told(seen -> instead(seen, SecondLook.HOST_SILENT, SecondLook.NO_SIGN_OF_LIFE))),
            new BrokenPart<>(
                    "takes a time-out for a VM that is off",
                    "aHostThatDoesNotAnswerSaysNothingOfItsVm",
                    told(seen -> instead(seen, SecondLook.HOST_SILENT, SecondLook.OFF))),
            new BrokenPart<>(
                    "takes a VM that it does not know for off",
                    "aVmThatItDoesNotKnowIsUnknown",
                    told(seen -> instead(seen, SecondLook.UNKNOWN, SecondLook.OFF))),
            new BrokenPart<>(
                    "blames the host for all that it could not see",
                    "aVmThatItDoesNotKnowIsUnknown",
                    told(seen -> instead(seen, SecondLook.UNKNOWN, SecondLook.HOST_SILENT))),
            new BrokenPart<>(
                    "blames the host for being interrupted",
                    "aLookThatIsInterruptedBlamesNobodyAndStaysInterrupted",
                    real -> (vm, host, deadline) -> Thread.currentThread().isInterrupted()
                            ? SecondLook.HOST_SILENT
                            : real.look(vm, host, deadline)),
            new BrokenPart<>(
                    "swallows an interrupt",
                    "aLookThatIsInterruptedBlamesNobodyAndStaysInterrupted",
                    real -> (vm, host, deadline) ->
                            Thread.interrupted() ? SecondLook.UNKNOWN : real.look(vm, host, deadline)),
            new BrokenPart<>("remembers what it saw first", "aLookTellsWhatIsAndNotWhatTheLookBeforeSaw", real -> {
                Map<VmId, SecondLook> seen = new ConcurrentHashMap<>();
                return (vm, host, deadline) -> seen.computeIfAbsent(vm, unseen -> real.look(unseen, host, deadline));
            }),
            new BrokenPart<>(
                    "has a deadline of its own",
                    "aLookIsOverByItsDeadline",
                    real -> (vm, host, deadline) -> real.look(vm, host, Duration.ofSeconds(6))),
            new BrokenPart<>(
                    "looks at one host at a time",
                    "aHostThatDoesNotAnswerHoldsUpNoLookAtAnother",
                    real -> new SecondCheck() {
                        @Override
                        public synchronized SecondLook look(VmId vm, HostId host, Duration deadline) {
                            return real.look(vm, host, deadline);
                        }
                    }),
            new BrokenPart<>(
                    "tells one thread what another asked for",
                    "manyThreadsThatLookAtOnceAreEachToldOfTheirOwn",
                    real -> new SecondCheck() {
                        private volatile SecondLook seen = SecondLook.UNKNOWN;

                        @Override
                        public SecondLook look(VmId vm, HostId host, Duration deadline) {
                            seen = real.look(vm, host, deadline);
                            // Whoever looks meanwhile has it told as its own.
                            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(3));
                            return seen;
                        }
                    }));

    private LyingChecks() {}
}
