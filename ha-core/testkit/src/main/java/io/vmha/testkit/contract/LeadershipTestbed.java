package io.vmha.testkit.contract;

import io.vmha.center.leader.Leadership;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * The candidates for one leadership, in the state that {@link LeadershipContractTest} begins each test in: all of them stand for it, and
 * nobody is cut off.
 *
 * <p>Whoever writes a leadership implements this once. {@link #close} leaves nothing behind that the next testbed would mind.
 */
public interface LeadershipTestbed extends AutoCloseable {

    /**
     * The leadership of each candidate, as its center is given it: always as many, in the same order. One alone where it has no rivals;
     * then none is asked to leave.
     */
    List<Leadership> candidates();

    /**
     * Lets a little time pass, a tenth of a lease at most. Where time passes only when it is told to, the candidates do within this call
     * what they have to do. By default this waits 5 ms.
     */
    default void pass() {
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
    }

    /**
     * Has a candidate leave the leadership, as before an upgrade, whether it leads or not. When this returns it does not lead, and it does
     * not stand again before {@link #stand}.
     *
     * @param candidate which, 0 for the first
     */
    void leave(int candidate);

    /**
     * Has a candidate stand again that has left.
     *
     * @param candidate which, 0 for the first
     */
    void stand(int candidate);

    /**
     * Cuts a candidate off from whatever the candidates agree through, in the worst way that there is: as a network does that drops all
     * packets and tells nobody. It ends when the returned handle is closed. Empty where there is nothing to be cut off from.
     *
     * @param candidate which, 0 for the first
     */
    default Optional<AutoCloseable> cutOff(int candidate) {
        return Optional.empty();
    }

    /** How long it may take here until somebody leads, or knows that it does not; 60 seconds unless told otherwise. */
    default Duration patience() {
        return Duration.ofSeconds(60);
    }

    @Override
    void close();
}
