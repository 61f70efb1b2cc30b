package io.vmha.scenario;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSet;
import io.vmha.fault.FaultKind;
import io.vmha.fault.FaultSubject;
import io.vmha.model.DesiredState;
import io.vmha.model.Host;
import io.vmha.model.HostId;
import io.vmha.model.Inventory;
import io.vmha.model.Resources;
import io.vmha.model.VmId;
import io.vmha.plan.ActionKind;
import io.vmha.plan.PlanId;
import io.vmha.policy.LoadSample;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** Reads the events of a scenario. Made for one file; confined to the thread that made it. */
final class EventReader {

    /** Reads what stands behind an event's name. */
    @FunctionalInterface
    private interface BodyReader {
        ScenarioEvent read(Duration at, YamlValue body);
    }

    private final KnownIds known;
    private final boolean hasDetection;
    private final ImmutableMap<String, BodyReader> readers = ImmutableMap.<String, BodyReader>builder()
            .put("vmFault", this::vmFault)
            .put("hostDown", (at, body) -> new ScenarioEvent.HostDown(at, onlyHost(body)))
            .put("hostUnreachable", (at, body) -> new ScenarioEvent.HostUnreachable(at, onlyHost(body)))
            .put("hostDegraded", (at, body) -> new ScenarioEvent.HostDegraded(at, onlyHost(body)))
            .put("hostUp", (at, body) -> new ScenarioEvent.HostUp(at, onlyHost(body)))
            .put("maintenance", this::maintenance)
            .put("load", (at, body) -> new ScenarioEvent.Load(at, load(body)))
            .put("vmRepaired", (at, body) -> new ScenarioEvent.VmRepaired(at, onlyVm(body)))
            .put("replicationLag", this::replicationLag)
            .put("lagUnknown", (at, body) -> new ScenarioEvent.ReplicationLag(at, onlyVm(body), Optional.empty()))
            .put("actionFails", (at, body) -> new ScenarioEvent.ActionFails(at, failure(body)))
            .put("centerCrash", (at, body) -> empty(body, new ScenarioEvent.CenterCrash(at)))
            .put("centerRestart", (at, body) -> empty(body, new ScenarioEvent.CenterRestart(at)))
            .put("approve", (at, body) -> new ScenarioEvent.Approve(at, onlyPlan(body)))
            .put("reject", (at, body) -> new ScenarioEvent.Reject(at, onlyPlan(body)))
            .put("pause", (at, body) -> empty(body, new ScenarioEvent.Pause(at)))
            .put("resume", (at, body) -> empty(body, new ScenarioEvent.Resume(at)))
            .put("desired", this::desired)
            .put("resync", this::resync)
            .put("vmMoved", this::vmMoved)
            .put("vmResized", this::vmResized)
            .put("vmAdded", this::vmAdded)
            .put("hostAdded", this::hostAdded)
            .put("vmRemoved", (at, body) -> new ScenarioEvent.VmRemoved(at, only("vm", body, this::removedVm)))
            .put("hostRemoved", (at, body) -> new ScenarioEvent.HostRemoved(at, only("host", body, this::removedHost)))
            .put("silent", (at, body) -> new ScenarioEvent.Silent(at, sender(body)))
            .put("heard", (at, body) -> new ScenarioEvent.Heard(at, sender(body)))
            .buildOrThrow();

    EventReader(Inventory start, boolean hasDetection) {
        this.known = new KnownIds(start);
        this.hasDetection = hasDetection;
    }

    List<ScenarioEvent> read(YamlValue events) {
        ImmutableList.Builder<ScenarioEvent> list = ImmutableList.builder();
        Duration latest = Duration.ZERO;
        for (YamlValue value : events.list()) {
            ScenarioEvent event = event(value);
            if (event.at().compareTo(latest) < 0) {
                throw value.error("time runs backwards: " + ScenarioRun.seconds(event.at()) + " s after "
                        + ScenarioRun.seconds(latest) + " s");
            }
            latest = event.at();
            list.add(event);
        }
        return list.build();
    }

    private ScenarioEvent event(YamlValue value) {
        Map<String, YamlValue> keys = value.entries();
        Duration at = at(value.required(keys, "at"));
        List<String> kinds = new ArrayList<>(keys.keySet());
        kinds.remove("at");
        if (kinds.size() != 1) {
            throw value.error("an event is one of " + String.join(", ", readers.keySet()) + "; found " + kinds);
        }
        YamlValue body = value.required(keys, kinds.get(0));
        BodyReader reader = readers.get(kinds.get(0));
        if (reader == null) {
            throw body.error("unknown event; known are " + String.join(", ", readers.keySet()));
        }
        return reader.read(at, body);
    }

    private Duration at(YamlValue value) {
        Duration at = value.seconds();
        if (hasDetection && at.compareTo(DetectionReader.LONGEST_RUN) > 0) {
            throw value.error("must be at most " + DetectionReader.LONGEST_RUN.toSeconds()
                    + " in a scenario with heartbeats: " + value.text());
        }
        return at;
    }

    private ScenarioEvent vmFault(Duration at, YamlValue body) {
        Map<String, YamlValue> fields = body.mapping(ImmutableSet.of("vm", "kind"));
        YamlValue kindValue = body.required(fields, "kind");
        FaultKind kind = kindValue.oneOf(FaultKind.class);
        if (kind.scope() != FaultKind.Scope.VM) {
            throw kindValue.error(kind + " is a fault of a host");
        }
        return new ScenarioEvent.VmFault(at, known.vm(body.required(fields, "vm")), kind);
    }

    private FailingActions.Failure failure(YamlValue body) {
        Map<String, YamlValue> fields = body.mapping(ImmutableSet.of("action", "vm", "host", "times", "error"));
        return new FailingActions.Failure(
                body.required(fields, "action").oneOf(ActionKind.class),
                subject(body, fields).toString(),
                (int) body.required(fields, "times").integer(1, Integer.MAX_VALUE),
                body.required(fields, "error").oneOf(FailingActions.Answer.class));
    }

    private FaultSubject subject(YamlValue body, Map<String, YamlValue> fields) {
        if (fields.containsKey("vm") == fields.containsKey("host")) {
            throw body.error("exactly one of vm and host must be given");
        }
        return fields.containsKey("vm")
                ? new FaultSubject.OfVm(known.vm(body.required(fields, "vm")))
                : new FaultSubject.OfHost(known.host(body.required(fields, "host")));
    }

    private FaultSubject sender(YamlValue body) {
        if (!hasDetection) {
            throw body.error("needs policy.detection: without it there are no heartbeats");
        }
        return subject(body, body.mapping(ImmutableSet.of("vm", "host")));
    }

    /** An event without fields is written with nothing, or an empty mapping, behind its name. */
    private static ScenarioEvent empty(YamlValue body, ScenarioEvent event) {
        if (body.isMapping()) {
            body.mapping(ImmutableSet.of());
        } else if (!body.isNothing()) {
            throw body.error("takes no fields");
        }
        return event;
    }

    private LoadSample load(YamlValue body) {
        Map<String, YamlValue> fields = body.mapping(ImmutableSet.of("vm", "load", "demand"));
        return new LoadSample(
                known.vm(body.required(fields, "vm")),
                ScenarioInventory.load(body.required(fields, "load")),
                Optional.ofNullable(fields.get("demand"))
                        .map(value -> ScenarioInventory.resources(
                                value, value.mapping(ImmutableSet.of("cpuMillis", "memoryMiB")))));
    }

    private ScenarioEvent maintenance(Duration at, YamlValue body) {
        Map<String, YamlValue> fields = body.mapping(ImmutableSet.of("host", "on"));
        return new ScenarioEvent.Maintenance(
                at,
                known.host(body.required(fields, "host")),
                body.required(fields, "on").bool());
    }

    private ScenarioEvent replicationLag(Duration at, YamlValue body) {
        Map<String, YamlValue> fields = body.mapping(ImmutableSet.of("vm", "seconds"));
        return new ScenarioEvent.ReplicationLag(
                at,
                known.vm(body.required(fields, "vm")),
                Optional.of(body.required(fields, "seconds").seconds()));
    }

    private ScenarioEvent desired(Duration at, YamlValue body) {
        Map<String, YamlValue> fields = body.mapping(ImmutableSet.of("vm", "state"));
        return new ScenarioEvent.Desired(
                at,
                known.vm(body.required(fields, "vm")),
                body.required(fields, "state").oneOf(DesiredState.class));
    }

    private ScenarioEvent resync(Duration at, YamlValue body) {
        if (body.isNothing()) {
            return new ScenarioEvent.Resync(at, at);
        }
        YamlValue asOf = body.mapping(ImmutableSet.of("asOf")).get("asOf");
        if (asOf == null) {
            return new ScenarioEvent.Resync(at, at);
        }
        Duration moment = asOf.seconds();
        if (moment.compareTo(at) > 0) {
            throw asOf.error("a snapshot cannot be of a later moment than " + ScenarioRun.seconds(at)
                    + " s, when it comes: " + asOf.text());
        }
        return new ScenarioEvent.Resync(at, moment);
    }

    private ScenarioEvent vmMoved(Duration at, YamlValue body) {
        Map<String, YamlValue> fields = body.mapping(ImmutableSet.of("vm", "host"));
        return new ScenarioEvent.VmMoved(
                at, known.vm(body.required(fields, "vm")), known.host(body.required(fields, "host")));
    }

    private ScenarioEvent vmResized(Duration at, YamlValue body) {
        Map<String, YamlValue> fields = body.mapping(ImmutableSet.of("vm", "cpuMillis", "memoryMiB"));
        VmId vm = known.vm(body.required(fields, "vm"));
        Resources allocation = ScenarioInventory.resources(body, fields);
        if (allocation.cpuMillis() == 0 || allocation.memoryMiB() == 0) {
            throw body.error("cpuMillis and memoryMiB must be more than 0: " + allocation);
        }
        return new ScenarioEvent.VmResized(at, vm, allocation);
    }

    private ScenarioEvent vmAdded(Duration at, YamlValue body) {
        DeclaredVm vm = ScenarioInventory.vm(body);
        known.add(body, vm.vm());
        return new ScenarioEvent.VmAdded(at, vm);
    }

    private ScenarioEvent hostAdded(Duration at, YamlValue body) {
        Host host = ScenarioInventory.host(body);
        known.add(body, host);
        return new ScenarioEvent.HostAdded(at, host);
    }

    private VmId onlyVm(YamlValue body) {
        return only("vm", body, known::vm);
    }

    private HostId onlyHost(YamlValue body) {
        return only("host", body, known::host);
    }

    private VmId removedVm(YamlValue value) {
        return known.removedVm(value);
    }

    private HostId removedHost(YamlValue value) {
        return known.removedHost(value);
    }

    private static PlanId onlyPlan(YamlValue body) {
        return only("plan", body, value -> new PlanId(value.integer(1, Long.MAX_VALUE)));
    }

    private static <T> T only(String field, YamlValue body, Function<YamlValue, T> reader) {
        return reader.apply(body.required(body.mapping(ImmutableSet.of(field)), field));
    }
}
