package io.vmha.scenario;

import io.vmha.fault.FaultKind;
import io.vmha.fault.FaultSubject;
import io.vmha.model.DesiredState;
import io.vmha.model.Host;
import io.vmha.model.HostId;
import io.vmha.model.Resources;
import io.vmha.model.VirtualMachine;
import io.vmha.model.VmId;
import io.vmha.plan.PlanId;
import io.vmha.policy.LoadSample;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Something that happens in a scenario, at a time after its start. Immutable. */
sealed interface ScenarioEvent {

    Duration at();

    void happen(ScenarioStage stage);

    /** The VMs that are added in the course of events. */
    static List<VirtualMachine> addedVms(List<ScenarioEvent> events) {
        return events.stream()
                .flatMap(event ->
                        event instanceof VmAdded added ? Stream.of(added.vm().vm()) : Stream.empty())
                .toList();
    }

    /** What can happen in the simulation alone. */
    sealed interface Simulated extends ScenarioEvent {}

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

    record HostDegraded(Duration at, HostId host) implements ScenarioEvent {
        @Override
        public void happen(ScenarioStage stage) {
            stage.reportHost(host, FaultKind.HOST_DEGRADED);
        }
    }

    record HostUp(Duration at, HostId host) implements ScenarioEvent {
        @Override
        public void happen(ScenarioStage stage) {
            stage.hostUp(host);
        }
    }

    record ActionFails(Duration at, FailingActions.Failure failure) implements Simulated {
        @Override
        public void happen(ScenarioStage stage) {
            stage.failNext(failure);
        }
    }

    record CenterCrash(Duration at) implements Simulated {
        @Override
        public void happen(ScenarioStage stage) {
            stage.crashCenter();
        }
    }

    record CenterRestart(Duration at) implements Simulated {
        @Override
        public void happen(ScenarioStage stage) {
            stage.restartCenter();
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

    /**
     * How far a database is behind its source.
     *
     * @param lag empty where it cannot be read
     */
    record ReplicationLag(Duration at, VmId vm, Optional<Duration> lag) implements ScenarioEvent {
        @Override
        public void happen(ScenarioStage stage) {
            stage.replicationLag(vm, lag);
        }
    }

    record Approve(Duration at, PlanId plan) implements ScenarioEvent {
        @Override
        public void happen(ScenarioStage stage) {
            stage.approve(plan);
        }
    }

    record Reject(Duration at, PlanId plan) implements ScenarioEvent {
        @Override
        public void happen(ScenarioStage stage) {
            stage.reject(plan);
        }
    }

    record Pause(Duration at) implements ScenarioEvent {
        @Override
        public void happen(ScenarioStage stage) {
            stage.pause();
        }
    }

    record Resume(Duration at) implements ScenarioEvent {
        @Override
        public void happen(ScenarioStage stage) {
            stage.resume();
        }
    }

    record Desired(Duration at, VmId vm, DesiredState state) implements ScenarioEvent {
        @Override
        public void happen(ScenarioStage stage) {
            stage.desired(vm, state);
        }
    }

    /**
     * A snapshot of the platform reaches the center.
     *
     * @param asOf the moment that it is of, not after {@code at}
     */
    record Resync(Duration at, Duration asOf) implements Simulated {
        @Override
        public void happen(ScenarioStage stage) {
            stage.resync(asOf);
        }
    }

    record VmMoved(Duration at, VmId vm, HostId host) implements Simulated {
        @Override
        public void happen(ScenarioStage stage) {
            stage.vmMoved(vm, host);
        }
    }

    record VmResized(Duration at, VmId vm, Resources allocation) implements Simulated {
        @Override
        public void happen(ScenarioStage stage) {
            stage.vmResized(vm, allocation);
        }
    }

    record VmAdded(Duration at, DeclaredVm vm) implements Simulated {
        @Override
        public void happen(ScenarioStage stage) {
            stage.add(vm);
        }
    }

    record HostAdded(Duration at, Host host) implements Simulated {
        @Override
        public void happen(ScenarioStage stage) {
            stage.add(host);
        }
    }

    record VmRemoved(Duration at, VmId vm) implements Simulated {
        @Override
        public void happen(ScenarioStage stage) {
            stage.remove(vm);
        }
    }

    record HostRemoved(Duration at, HostId host) implements Simulated {
        @Override
        public void happen(ScenarioStage stage) {
            stage.remove(host);
        }
    }

    record Silent(Duration at, FaultSubject sender) implements Simulated {
        @Override
        public void happen(ScenarioStage stage) {
            stage.silence(sender);
        }
    }

    record Heard(Duration at, FaultSubject sender) implements Simulated {
        @Override
        public void happen(ScenarioStage stage) {
            stage.hear(sender);
        }
    }
}
