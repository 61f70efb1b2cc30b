package io.vmha.testkit.contract;

import io.vmha.adapter.DatabaseCluster;
import io.vmha.model.MemberId;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * A replica set, in the state that {@link DatabaseClusterContractTest} begins each test in: it has two members, which both
 * run; {@link #primary()} is the writer, {@link #standby()} replicates it, without commits that wait for it. They hold whole
 * numbers, none at first.
 *
 * <p>Whoever writes a cluster implements this once. {@link #close} leaves nothing behind that the next testbed would mind.
 */
public interface DatabaseTestbed extends AutoCloseable {

    /** The cluster under test. */
    DatabaseCluster cluster();

    /** Another one for the same members, which remembers nothing. */
    DatabaseCluster newCluster();

    /** The member that writes. */
    MemberId primary();

    /** The member that replicates it. */
    MemberId standby();

    /** Writes a number to a member; returns whether that was acknowledged. */
    boolean write(MemberId member, int number);

    /** The numbers that a member holds and shows, in ascending order. */
    List<Integer> numbers(MemberId member);

    /** Stops a member at once, as when its host loses its power. */
    void kill(MemberId member);

    /** Starts a member that was killed as it was. */
    void start(MemberId member);

    /** Cuts replication to {@link #standby()}, both of them running on, until {@link #mendStream}. */
    void breakStream();

    /** Ends what {@link #breakStream} began. */
    void mendStream();

    /** How long a call may take here that is expected to succeed; 30 seconds unless told otherwise. */
    default Duration patience() {
        return Duration.ofSeconds(30);
    }

    /**
     * Makes a member hang, so that it keeps its connections open and answers nothing, until the returned handle is closed.
     * Empty where a member cannot hang, such as one within this process.
     */
    default Optional<AutoCloseable> hang(MemberId member) {
        return Optional.empty();
    }

    @Override
    void close();
}
