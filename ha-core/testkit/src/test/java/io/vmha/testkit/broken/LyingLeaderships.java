package io.vmha.testkit.broken;

import io.vmha.center.leader.Leadership;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.UnaryOperator;

/** Elections that are each broken in one way, made of one that keeps the contract. */
final class LyingLeaderships {

    private static UnaryOperator<ModelElection> of(UnaryOperator<Leadership> candidate) {
        return kept -> new ModelElection(candidate);
    }

    static final List<BrokenPart<ModelElection>> ALL = List.of(
            new BrokenPart<>(
                    "has everybody lead",
                    "oneLeadsInAnEpochThatIsNotNegative",
                    of(real -> () -> OptionalLong.of(real.epoch().orElse(0)))),
            new BrokenPart<>(
                    "never has anybody lead", "oneLeadsInAnEpochThatIsNotNegative", of(real -> OptionalLong::empty)),
            new BrokenPart<>(
                    "has negative epochs",
                    "oneLeadsInAnEpochThatIsNotNegative",
                    of(real -> () -> real.epoch().stream().map(epoch -> -epoch).findFirst())),
            new BrokenPart<>("counts how often it is asked", "theEpochIsTheSameHoweverOftenItIsAskedFor", of(real -> {
                AtomicLong asked = new AtomicLong();
                return () -> real.epoch().isPresent() ? OptionalLong.of(asked.incrementAndGet()) : OptionalLong.empty();
            })),
            new BrokenPart<>(
                    "gives every term the same epoch",
                    "whoLeavesLeadsNoMoreAndAnotherLeadsInAHigherEpoch",
                    of(real -> () -> real.epoch().isPresent() ? OptionalLong.of(1) : OptionalLong.empty())),
            new BrokenPart<>(
                    "leads on after it has left", "whoLeavesLeadsNoMoreAndAnotherLeadsInAHigherEpoch", of(real -> {
                        AtomicLong last = new AtomicLong(-1);
                        return () -> {
                            real.epoch().ifPresent(last::set);
                            return last.get() < 0 ? OptionalLong.empty() : OptionalLong.of(last.get());
                        };
                    })),
            new BrokenPart<>(
                    "leads until another does",
                    "aLeaderThatIsCutOffKnowsInTimeThoughNobodyElseLeads",
                    kept -> new ModelElection() {
                        @Override
                        boolean hasEnded(Candidate candidate, boolean hasRunOut) {
                            return candidate.isSuperseded();
                        }
                    }),
            new BrokenPart<>(
                    "leads on for a while after its lease has run out",
                    "anotherLeadsOnceTheLeaderIsCutOffAndNeverBesideIt",
                    kept -> new ModelElection() {
                        @Override
                        boolean hasEnded(Candidate candidate, boolean hasRunOut) {
                            return candidate.hasRunOutFor(5);
                        }
                    }),
            new BrokenPart<>(
                    "takes over without waiting for the lease to run out",
                    "anotherLeadsOnceTheLeaderIsCutOffAndNeverBesideIt",
                    kept -> new ModelElection() {
                        @Override
                        boolean isFree(boolean hasRunOut) {
                            return true;
                        }
                    }),
            new BrokenPart<>(
                    "goes on by itself where it is cut off",
                    "whereAllAreCutOffNobodyLeads",
                    kept -> new ModelElection() {
                        @Override
                        boolean canAct(boolean isCutOff) {
                            return true;
                        }
                    }),
            new BrokenPart<>(
                    "goes on in its old term once it is connected again", "aTermThatIsOverDoesNotComeBack", of(real -> {
                        AtomicLong first = new AtomicLong(-1);
                        return () -> {
                            OptionalLong now = real.epoch();
                            now.ifPresent(epoch -> first.compareAndSet(-1, epoch));
                            return now.isPresent() ? OptionalLong.of(first.get()) : now;
                        };
                    })),
            new BrokenPart<>(
                    "asks the others before it answers", "anAnswerWaitsForNothingThatIsCutOff", of(real -> () -> {
                        Hanging.waitWhile(Duration.ofMillis(1_200));
                        return real.epoch();
                    })),
            new BrokenPart<>("answers one thread at a time", "manyThreadsMayAskAtOnce", of(real -> {
                AtomicBoolean isBusy = new AtomicBoolean();
                return () -> {
                    if (!isBusy.compareAndSet(false, true)) {
                        throw new IllegalStateException("asked by two threads at once");
                    }
                    Thread.yield();
                    isBusy.set(false);
                    return real.epoch();
                };
            })),
            new BrokenPart<>(
                    "swallows an interrupt",
                    "aThreadThatIsInterruptedIsAnsweredAndStaysInterrupted",
                    of(real -> () -> Thread.interrupted() ? OptionalLong.empty() : real.epoch())),
            new BrokenPart<>(
                    "throws where it is interrupted",
                    "aThreadThatIsInterruptedIsAnsweredAndStaysInterrupted",
                    of(real -> () -> {
                        if (Thread.currentThread().isInterrupted()) {
                            throw new IllegalStateException("interrupted");
                        }
                        return real.epoch();
                    })));

    private LyingLeaderships() {}
}
