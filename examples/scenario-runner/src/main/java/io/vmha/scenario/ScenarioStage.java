package io.vmha.scenario;

import io.vmha.fault.FaultKind;
import io.vmha.fault.FaultSubject;
import io.vmha.model.DesiredState;
import io.vmha.model.Host;
import io.vmha.model.HostId;
import io.vmha.model.Resources;
import io.vmha.model.VmId;
import io.vmha.plan.PlanId;
import io.vmha.policy.LoadSample;
import java.time.Duration;
import java.util.Optional;

/** Where the events of a scenario happen. Confined to one thread. */
interface ScenarioStage {
    void reportVm(VmId vm, FaultKind kind);

    void reportHost(HostId host, FaultKind kind);

    /** It is up, and what it lost does not run. */
    void hostUp(HostId host);

    void load(LoadSample sample);

    void maintenance(HostId host, boolean on);

    void repaired(VmId vm);

    /** A lag that is empty cannot be read. */
    void replicationLag(VmId vm, Optional<Duration> lag);

    /** A plan that is not held, or not any more, is left as it is. */
    void approve(PlanId plan);

    /** A plan that is not held, or not any more, is left as it is. */
    void reject(PlanId plan);

    void pause();

    void resume();

    void desired(VmId vm, DesiredState state);

    void failNext(FailingActions.Failure failure);

    /** The center's process dies between two actions; what is reported meanwhile is reported again when it is back. */
    void crashCenter();

    /** A new center takes the journal over. */
    void restartCenter();

    /** The platform's snapshot of that moment reaches the center now. */
    void resync(Duration asOf);

    /** Somebody else moves it, and the center is not told. */
    void vmMoved(VmId vm, HostId host);

    /** Somebody else changes its allocation, and the center is not told. */
    void vmResized(VmId vm, Resources allocation);

    void add(DeclaredVm vm);

    void add(Host host);

    void remove(VmId vm);

    void remove(HostId host);

    /** It sends no heartbeats from now on. */
    void silence(FaultSubject sender);

    /** It sends heartbeats again. */
    void hear(FaultSubject sender);
}
