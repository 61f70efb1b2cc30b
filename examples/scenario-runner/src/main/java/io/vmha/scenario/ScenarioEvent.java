package io.vmha.scenario;

import io.vmha.fault.FaultKind;
import io.vmha.model.HostId;
import io.vmha.model.ImmutableVirtualMachine;
import io.vmha.model.VmId;
import io.vmha.plan.PlanId;
import io.vmha.policy.FaultEffects;
import io.vmha.policy.LoadSample;
import java.time.Duration;

/** Something that happens in a scenario, at a time after its start. Immutable. */
sealed interface ScenarioEvent {

    Duration at();

    void happen(ScenarioStage stage);

    /** Whether it can happen in the simulation alone. */
    default boolean needsSimulation() {
        return false;
    }

    record VmFault(Duration at, VmId vm, FaultKind kind) implements ScenarioEvent {
        @Override
        public void happen(ScenarioStage stage) {
            stage.reportVm(vm, kind);
        }
    }

    record HostDown(Duration at, HostId host) implements ScenarioEvent {
        @Override
        public void happen(ScenarioStage stage) {
            stage.reportHost(host, FaultKind.HOST_DOWN);
        }
    }

    record HostUnreachable(Duration at, HostId host) implements ScenarioEvent {
        @Override
        public void happen(ScenarioStage stage) {
            stage.reportHost(host, FaultKind.HOST_UNREACHABLE);
        }
    }

    record ActionFails(Duration at, FailingActions.Failure failure) implements ScenarioEvent {
        @Override
        public void happen(ScenarioStage stage) {
            stage.failNext(failure);
        }

        @Override
        public boolean needsSimulation() {
            return true;
        }
    }

    record CenterCrash(Duration at) implements ScenarioEvent {
        @Override
        public void happen(ScenarioStage stage) {
            stage.crashCenter();
        }

        @Override
        public boolean needsSimulation() {
            return true;
        }
    }

    record CenterRestart(Duration at) implements ScenarioEvent {
        @Override
        public void happen(ScenarioStage stage) {
            stage.restartCenter();
        }

        @Override
        public boolean needsSimulation() {
            return true;
        }
    }

    record HostDegraded(Duration at, HostId host) implements ScenarioEvent {
        @Override
        public void happen(ScenarioStage stage) {
            stage.reportHost(host, FaultKind.HOST_DEGRADED);
        }
    }

    record HostUp(Duration at, HostId host) implements ScenarioEvent {
        @Override
        public void happen(ScenarioStage stage) {
            stage.change(inventory -> FaultEffects.hostUp(inventory, host));
        }
    }

    record Maintenance(Duration at, HostId host, boolean on) implements ScenarioEvent {
        @Override
        public void happen(ScenarioStage stage) {
            stage.maintenance(host, on);
        }
    }

    record VmRepaired(Duration at, VmId vm) implements ScenarioEvent {
        @Override
        public void happen(ScenarioStage stage) {
            stage.repaired(vm);
        }
    }

    record Load(Duration at, LoadSample sample) implements ScenarioEvent {
        @Override
        public void happen(ScenarioStage stage) {
            stage.load(sample);
        }
    }

    record ReplicationLag(Duration at, VmId vm, Duration lag) implements ScenarioEvent {
        @Override
        public void happen(ScenarioStage stage) {
            stage.change(inventory -> inventory.with(
                    ImmutableVirtualMachine.copyOf(inventory.requireVm(vm)).withReplicationLag(lag)));
        }
    }

    record Approve(Duration at, PlanId plan) implements ScenarioEvent {
        @Override
        public void happen(ScenarioStage stage) {
            stage.approve(plan);
        }
    }
}
