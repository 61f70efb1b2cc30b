package io.vmha.quickstart;

import io.vmha.adapter.CallContext;
import io.vmha.adapter.HypervisorAdapter;
import io.vmha.center.ManagementCenter;
import io.vmha.center.event.UnmetNeed;
import io.vmha.model.DesiredState;
import io.vmha.model.HostId;
import io.vmha.model.PlatformSnapshot;
import io.vmha.model.ReadingToken;
import io.vmha.model.VirtualMachine;
import io.vmha.model.VmId;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** What an orchestrator does beside reporting faults: it tells what it makes, deletes and wants, and lets the center look. */
final class OrchestratorLoop {
    private final ManagementCenter center;
    private final HypervisorAdapter platform;

    OrchestratorLoop(ManagementCenter center, HypervisorAdapter platform) {
        this.center = center;
        this.platform = platform;
    }

    void created(VirtualMachine vm) {
        done(center.add(vm));
    }

    void deleted(VmId vm) {
        done(center.remove(vm));
    }

    void switchesOff(VmId vm, String user) {
        done(center.desired(vm, DesiredState.OFF, user));
    }

    void switchesOn(VmId vm, String user) {
        done(center.desired(vm, DesiredState.RUNNING, user));
    }

    void drains(HostId host, String operator) {
        done(center.maintenance(host, true, operator));
    }

    /** Where VMs run and what they are allocated is the platform's to say: nobody has to tell that one was moved or resized. */
    void resync() {
        ReadingToken token = done(center.beginReading());
        PlatformSnapshot seen = platform.discover(CallContext.within(Duration.ofSeconds(30)));
        done(center.observe(token, seen));
    }

    List<UnmetNeed> needsAnOperator() {
        return done(center.unmet());
    }

    private static <T> T done(CompletionStage<T> asked) {
        return asked.toCompletableFuture().join();
    }
}
