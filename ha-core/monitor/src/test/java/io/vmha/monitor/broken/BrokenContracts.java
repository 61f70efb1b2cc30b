package io.vmha.monitor.broken;

import io.vmha.monitor.contract.FaultReporterContractTest;
import io.vmha.monitor.contract.FaultReporterTestbed;
import io.vmha.monitor.contract.IsolationContractTest;
import io.vmha.monitor.contract.IsolationTestbed;
import io.vmha.monitor.contract.ProbeContractTest;
import io.vmha.monitor.contract.ProbeTestbed;
import java.time.Duration;

/** The contracts on what {@link LiesAreCaughtTest} tries at the moment; run by it alone. */
public final class BrokenContracts {
    static volatile ProbeLie probe = ProbeLie.NONE;
    static volatile IsolationLie isolation = IsolationLie.NONE;
    static volatile ReporterLie reporter = ReporterLie.NONE;
    /** How long a contract waits for what a broken part never does. */
    static volatile Duration patience = Duration.ofSeconds(30);

    private BrokenContracts() {}

    /** That of probes. */
    public static class Probes extends ProbeContractTest {
        @Override
        protected ProbeTestbed newTestbed() {
            return new ModelProbe.Testbed(probe::probe, patience);
        }
    }

    /** That of isolations. */
    public static class Isolations extends IsolationContractTest {
        @Override
        protected IsolationTestbed newTestbed() {
            return new ModelIsolation.Testbed(isolation::isolation, patience);
        }
    }

    /** That of reporters. */
    public static class Reporters extends FaultReporterContractTest {
        @Override
        protected FaultReporterTestbed newTestbed() {
            return new ModelReporter.Testbed(reporter::reporter, patience);
        }
    }
}
