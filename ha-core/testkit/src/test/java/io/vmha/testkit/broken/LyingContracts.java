package io.vmha.testkit.broken;

import io.vmha.adapter.DatabaseCluster;
import io.vmha.adapter.FaultSource;
import io.vmha.adapter.FencingDevice;
import io.vmha.adapter.TrafficDirector;
import io.vmha.center.journal.InMemoryPlanJournal;
import io.vmha.center.journal.PlanJournal;
import io.vmha.center.schedule.CenterScheduler;
import io.vmha.center.schedule.ThreadedSchedulerTestbed;
import io.vmha.detection.SecondCheck;
import io.vmha.model.HostId;
import io.vmha.sim.SimulatedDatabaseTestbed;
import io.vmha.sim.SimulatedDatacenter;
import io.vmha.sim.SimulatedFaultSourceTestbed;
import io.vmha.sim.SimulatedRoutesTestbed;
import io.vmha.testkit.Datacenter;
import io.vmha.testkit.contract.CenterSchedulerContractTest;
import io.vmha.testkit.contract.DatabaseClusterContractTest;
import io.vmha.testkit.contract.DatabaseTestbed;
import io.vmha.testkit.contract.FaultSourceContractTest;
import io.vmha.testkit.contract.FaultSourceTestbed;
import io.vmha.testkit.contract.FencingDeviceContractTest;
import io.vmha.testkit.contract.FencingTestbed;
import io.vmha.testkit.contract.LeadershipContractTest;
import io.vmha.testkit.contract.LeadershipTestbed;
import io.vmha.testkit.contract.PlanJournalContractTest;
import io.vmha.testkit.contract.SchedulerTestbed;
import io.vmha.testkit.contract.SecondCheckContractTest;
import io.vmha.testkit.contract.SecondCheckTestbed;
import io.vmha.testkit.contract.TrafficDirectorContractTest;
import io.vmha.testkit.contract.TrafficTestbed;
import java.time.Duration;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** Contracts on the broken part that {@link OtherLiesAreCaughtTest} or {@link CenterLiesAreCaughtTest} tries at the moment; run by it alone. */
public final class LyingContracts {
    static volatile UnaryOperator<TrafficDirector> director = UnaryOperator.identity();
    static volatile UnaryOperator<FencingDevice> device = UnaryOperator.identity();
    static volatile UnaryOperator<DatabaseCluster> cluster = UnaryOperator.identity();
    static volatile UnaryOperator<PlanJournal> journal = UnaryOperator.identity();
    static volatile UnaryOperator<FaultSource> source = UnaryOperator.identity();
    static volatile UnaryOperator<SecondCheck> check = UnaryOperator.identity();
    static volatile UnaryOperator<CenterScheduler> scheduler = UnaryOperator.identity();
    static volatile UnaryOperator<ModelElection> election = UnaryOperator.identity();
    /** How long a contract waits for what a broken part never does. */
    static volatile Duration patience = Duration.ofSeconds(30);

    private LyingContracts() {}

    private static SimulatedDatacenter datacenter() {
        return new SimulatedDatacenter(Datacenter.threeHosts().inventory());
    }

    /** That of traffic directors. */
    public static class Directors extends TrafficDirectorContractTest {
        @Override
        protected TrafficTestbed newTestbed() {
            return new DirectorTestbed();
        }
    }

    /** That of fencing devices. */
    public static class Devices extends FencingDeviceContractTest {
        @Override
        protected FencingTestbed newTestbed() {
            return new DeviceTestbed(device.apply(new Patient(datacenter().fencingDevice())));
        }
    }

    /** That of database clusters. */
    public static class Clusters extends DatabaseClusterContractTest {
        @Override
        protected DatabaseTestbed newTestbed() {
            return new SimulatedDatabaseTestbed(cluster);
        }
    }

    /** That of journals. */
    public static class Journals extends PlanJournalContractTest {
        @Override
        protected PlanJournal journal() {
            return journal.apply(new InMemoryPlanJournal());
        }

        @Override
        protected PlanJournal afterCrash(PlanJournal before) {
            return before;
        }
    }

    /** That of fault sources. */
    public static class Sources extends FaultSourceContractTest {
        @Override
        protected FaultSourceTestbed newTestbed() {
            return new SimulatedFaultSourceTestbed(source);
        }
    }

    /** That of second checks. */
    public static class Checks extends SecondCheckContractTest {
        @Override
        protected SecondCheckTestbed newTestbed() {
            return RemoteCheckTestbed.ofGuests(check);
        }
    }

    /** That of schedulers. */
    public static class Schedulers extends CenterSchedulerContractTest {
        @Override
        protected SchedulerTestbed newTestbed() {
            return new ThreadedSchedulerTestbed(scheduler, patience);
        }
    }

    /** That of leaderships. */
    public static class Elections extends LeadershipContractTest {
        @Override
        protected LeadershipTestbed newTestbed() {
            return election.apply(new ModelElection());
        }
    }

    private static final class DirectorTestbed extends SimulatedRoutesTestbed {
        DirectorTestbed() {
            super(real -> LyingContracts.director.apply(new Patient.Director(real)));
        }

        @Override
        public Optional<AutoCloseable> hang() {
            return Optional.of(Hanging.begin());
        }
    }

    private record DeviceTestbed(FencingDevice device) implements FencingTestbed {
        @Override
        public HostId host() {
            return HostId.of("h1");
        }

        @Override
        public HostId otherHost() {
            return HostId.of("h2");
        }

        @Override
        public Optional<AutoCloseable> hang() {
            return Optional.of(Hanging.begin());
        }

        @Override
        public void close() {}
    }
}
