package io.vmha.sim;

import io.vmha.adapter.FaultSource;
import io.vmha.fault.FaultKind;
import io.vmha.fault.FaultReport;
import io.vmha.fault.FaultSubject;
import io.vmha.model.VmId;
import io.vmha.testkit.Datacenter;
import io.vmha.testkit.contract.FaultSourceTestbed;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** The faults of a simulated datacenter, whose source may be another's. */
public class SimulatedFaultSourceTestbed implements FaultSourceTestbed {
    private static final List<VmId> VMS = List.of(VmId.of("mw1"), VmId.of("mw2"));

    private final SimulatedDatacenter datacenter =
            new SimulatedDatacenter(Datacenter.threeHosts().inventory());
    private final FaultSource source;
    private int failed;
    private boolean isClosed;

    /** A source as it is. */
    public SimulatedFaultSourceTestbed() {
        this(UnaryOperator.identity());
    }

    /** A source that is made of one that keeps the contract. */
    public SimulatedFaultSourceTestbed(UnaryOperator<FaultSource> made) {
        this.source = made.apply(receiver -> {
            if (isClosed) {
                throw new IllegalStateException("the adapter is closed");
            }
            return datacenter.faultSource().watch(receiver);
        });
    }

    @Override
    public FaultSource source() {
        return source;
    }

    @Override
    public FaultSubject fail() {
        FaultReport report =
                FaultReport.ofVm(VMS.get(failed++), FaultKind.POWERED_OFF, Instant.now(), "simulated", failed);
        datacenter.inject(report);
        return report.subject();
    }

    @Override
    public Optional<Runnable> closesAdapter() {
        return Optional.of(() -> isClosed = true);
    }

    @Override
    public Duration patience() {
        return Duration.ofSeconds(1);
    }

    @Override
    public void close() {}
}
