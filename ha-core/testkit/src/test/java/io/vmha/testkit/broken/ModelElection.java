package io.vmha.testkit.broken;

import io.vmha.center.leader.Leadership;
import io.vmha.testkit.contract.LeadershipTestbed;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.UnaryOperator;

/**
 * Three candidates that agree by a lease in virtual time: they keep the contract, and the broken ones are made of them.
 *
 * <p>Confined to the test's thread, but for the candidates' answers.
 */
class ModelElection implements LeadershipTestbed {
    private static final long LEASE = 10;
    private static final long QUIET = 2;

    /** A term as its holder knows it: until when it leads, by its own count. */
    private record Term(long epoch, long until) {}

    /** One candidate. */
    final class Candidate implements Leadership {
        private volatile Term term = new Term(-1, -LEASE);
        private boolean stands = true;
        private boolean isCutOff;

        @Override
        public OptionalLong epoch() {
            Term known = term;
            return hasEnded(this, hasRunOutFor(0)) ? OptionalLong.empty() : OptionalLong.of(known.epoch());
        }

        /** Whether another has taken over since it led. */
        boolean isSuperseded() {
            return term.epoch() != epoch;
        }

        boolean hasRunOutFor(long time) {
            return now >= term.until() + time;
        }

        private void turn() {
            if (!stands || !canAct(isCutOff)) {
                return;
            }
            if (now < term.until()) {
                renewedAt = now;
                term = new Term(term.epoch(), now + LEASE);
            } else if (isFree(renewedAt + LEASE + QUIET <= now)) {
                epoch++;
                renewedAt = now;
                isLeft = false;
                term = new Term(epoch, now + LEASE);
            }
        }

        private void leave() {
            stands = false;
            if (now < term.until()) {
                isLeft = true;
                term = new Term(term.epoch(), now);
            }
        }
    }

    private final List<Candidate> all = List.of(new Candidate(), new Candidate(), new Candidate());
    private final List<Leadership> told;
    private volatile long now;
    private volatile long epoch;
    private long renewedAt;
    private boolean isLeft = true;

    /** Candidates as they are. */
    ModelElection() {
        this(UnaryOperator.identity());
    }

    /** Candidates each of which is made of one that keeps the contract. */
    ModelElection(UnaryOperator<Leadership> made) {
        this.told = all.stream().map(made).toList();
    }

    /** Whether a candidate answers that it does not lead. */
    boolean hasEnded(Candidate candidate, boolean hasRunOut) {
        return hasRunOut;
    }

    /** Whether one may take over who does not lead. */
    boolean isFree(boolean hasRunOut) {
        return isLeft || hasRunOut;
    }

    /** Whether one can renew its term, or take over. */
    boolean canAct(boolean isCutOff) {
        return !isCutOff;
    }

    @Override
    public List<Leadership> candidates() {
        return told;
    }

    @Override
    public void pass() {
        now++;
        all.forEach(Candidate::turn);
    }

    @Override
    public void leave(int candidate) {
        all.get(candidate).leave();
    }

    @Override
    public void stand(int candidate) {
        all.get(candidate).stands = true;
    }

    @Override
    public Optional<AutoCloseable> cutOff(int candidate) {
        AutoCloseable hanging = Hanging.begin();
        all.get(candidate).isCutOff = true;
        return Optional.of(() -> {
            hanging.close();
            all.get(candidate).isCutOff = false;
        });
    }

    @Override
    public Duration patience() {
        return LyingContracts.patience;
    }

    @Override
    public void close() {}
}
