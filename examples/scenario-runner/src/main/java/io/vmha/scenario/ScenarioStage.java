package io.vmha.scenario;

import io.vmha.fault.FaultKind;
import io.vmha.model.HostId;
import io.vmha.model.Inventory;
import io.vmha.model.VmId;
import io.vmha.plan.PlanId;
import io.vmha.policy.LoadSample;
import java.util.function.UnaryOperator;

/** Where the events of a scenario happen. Confined to one thread. */
interface ScenarioStage {
    void reportVm(VmId vm, FaultKind kind);

    void reportHost(HostId host, FaultKind kind);

    void load(LoadSample sample);

    void maintenance(HostId host, boolean on);

    void repaired(VmId vm);

    /** A plan that is not held, or not any more, is left as it is. */
    void approve(PlanId plan);

    /** Changes what really is, where that can be, and tells the center. */
    void change(UnaryOperator<Inventory> change);

    void failNext(FailingActions.Failure failure);

    /** The center's process dies between two actions; what is reported meanwhile is reported again when it is back. */
    void crashCenter();

    /** A new center takes the journal over. */
    void restartCenter();
}
