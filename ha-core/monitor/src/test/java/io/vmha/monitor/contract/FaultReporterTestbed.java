package io.vmha.monitor.contract;

import io.vmha.monitor.report.FaultReporter;
import io.vmha.monitor.report.GuestFault;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * A reporter and the center that it tells, in the state that {@link FaultReporterContractTest} begins each test in: the center confirms
 * whatever reaches it, and nothing has been sent.
 *
 * <p>Whoever writes a reporter implements this once. {@link #close} leaves nothing behind that the next testbed would mind.
 */
public interface FaultReporterTestbed extends AutoCloseable {

    /**
     * What a center was told.
     *
     * @param kind what is wrong
     * @param observedAt when it was seen
     */
    record Told(GuestFault kind, Instant observedAt) {}

    /** The reporter under test, the same one each time. */
    FaultReporter reporter();

    /** The reports that the center has got, in any order. A report that is sent again may be there again. */
    List<Told> reports();

    /** The advisories that the center has got. */
    List<Told> advisories();

    /** How many heartbeats the center has got. */
    int heartbeats();

    /** Whether the reporter sends advisories; where it does not, {@link FaultReporter#advise} says that none was confirmed. */
    boolean advises();

    /** Has the center answer nothing. */
    void silence() throws Exception;

    /** Has the center refuse whatever reaches it. */
    void refuse() throws Exception;

    /** Ends what {@link #silence} or {@link #refuse} began. */
    void heal() throws Exception;

    /** After how long a stage ends at the latest. Set it to about 2 seconds: the contract waits for it several times. */
    Duration confirmWait();

    /** How long the contract waits for what must happen; 30 seconds unless told otherwise. */
    default Duration patience() {
        return Duration.ofSeconds(30);
    }

    @Override
    void close() throws Exception;
}
