package io.vmha.scenario;

import io.vmha.fault.FaultKind;
import io.vmha.model.HostId;
import io.vmha.model.ImmutableVirtualMachine;
import io.vmha.model.VmId;
import io.vmha.policy.FaultEffects;
import java.time.Duration;

/** Something that happens in a scenario, at a time after its start. Immutable. */
sealed interface ScenarioEvent {

    Duration at();

    void happen(ScenarioRun run);

    record VmFault(Duration at, VmId vm, FaultKind kind) implements ScenarioEvent {
        @Override
        public void happen(ScenarioRun run) {
            run.reportVm(vm, kind);
        }
    }

    record HostDown(Duration at, HostId host) implements ScenarioEvent {
        @Override
        public void happen(ScenarioRun run) {
            run.reportHost(host, FaultKind.HOST_DOWN);
        }
    }

    record HostUp(Duration at, HostId host) implements ScenarioEvent {
        @Override
        public void happen(ScenarioRun run) {
            run.change(inventory -> FaultEffects.hostUp(inventory, host));
        }
    }

    record VmRepaired(Duration at, VmId vm) implements ScenarioEvent {
        @Override
        public void happen(ScenarioRun run) {
            run.change(inventory -> FaultEffects.vmRepaired(inventory, vm));
        }
    }

    record LoadSample(Duration at, VmId vm, double load) implements ScenarioEvent {
        @Override
        public void happen(ScenarioRun run) {
            run.change(inventory -> inventory.with(
                    ImmutableVirtualMachine.copyOf(inventory.requireVm(vm)).withLoad(load)));
        }
    }
}
