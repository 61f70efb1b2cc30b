package io.vmha.quickstart;

import io.vmha.adapter.CallContext;
import io.vmha.adapter.HypervisorAdapter;
import io.vmha.adapter.TrafficDirector;
import io.vmha.center.ManagementCenter;
import io.vmha.center.event.DecisionOutcome;
import io.vmha.fault.FaultKind;
import io.vmha.fault.FaultReport;
import io.vmha.model.VmId;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletionStage;

/** The least that an orchestrator writes: where the machines are, where requests go, and what failed. */
final class Embedding {
    private final ManagementCenter center;

    Embedding(HypervisorAdapter adapter, TrafficDirector loadBalancer) {
        center = ManagementCenter.builder()
                .adapter(adapter)
                .trafficDirector(loadBalancer)
                .inventory(adapter.discover(CallContext.within(Duration.ofSeconds(30))))
                .listener(event -> System.out.println(event))
                .build();
    }

    CompletionStage<DecisionOutcome> filesystemFlippedReadOnly(String vm, long sequence) {
        FaultReport report =
                FaultReport.ofVm(VmId.of(vm), FaultKind.FILESYSTEM_READ_ONLY, Instant.now(), "monitor:" + vm, sequence);
        return center.submit(report);
    }
}
