package io.vmha.scenario;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import io.vmha.fault.FaultKind;
import io.vmha.model.HostId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Reads the events of a scenario. Stateless. */
final class EventReader {
    private static final Set<String> KINDS = ImmutableSet.of("vmFault", "hostDown", "hostUp", "vmRepaired", "load");
    private static final Set<String> KINDS_TO_COME = ImmutableSet.of(
            "hostUnreachable",
            "hostDegraded",
            "maintenance",
            "replicationLag",
            "actionFails",
            "centerCrash",
            "centerRestart",
            "approve");

    private final ScenarioInventory inventory;

    EventReader(ScenarioInventory inventory) {
        this.inventory = inventory;
    }

    List<ScenarioEvent> read(YamlValue events) {
        ImmutableList.Builder<ScenarioEvent> list = ImmutableList.builder();
        Duration latest = Duration.ZERO;
        for (YamlValue value : events.list()) {
            ScenarioEvent event = event(value);
            if (event.at().compareTo(latest) < 0) {
                throw value.error("time runs backwards: " + seconds(event.at()) + " s after " + seconds(latest) + " s");
            }
            latest = event.at();
            list.add(event);
        }
        return list.build();
    }

    private static double seconds(Duration duration) {
        return duration.toNanos() / 1e9;
    }

    private ScenarioEvent event(YamlValue value) {
        Map<String, YamlValue> keys = value.entries();
        Duration at = duration(value.required(keys, "at"));
        List<String> kinds = new ArrayList<>(keys.keySet());
        kinds.remove("at");
        if (kinds.size() != 1) {
            throw value.error("an event is one of " + String.join(", ", KINDS) + "; found " + kinds);
        }
        String kind = kinds.get(0);
        YamlValue body = value.required(keys, kind);
        return switch (kind) {
            case "vmFault" -> vmFault(at, body);
            case "hostDown" -> new ScenarioEvent.HostDown(at, onlyHost(body));
            case "hostUp" -> new ScenarioEvent.HostUp(at, onlyHost(body));
            case "vmRepaired" -> {
                Map<String, YamlValue> fields = body.mapping(ImmutableSet.of("vm"));
                yield new ScenarioEvent.VmRepaired(at, inventory.knownVm(body.required(fields, "vm")));
            }
            case "load" -> load(at, body);
            default ->
                throw body.error(
                        KINDS_TO_COME.contains(kind)
                                ? "not supported yet"
                                : "unknown event; known are " + String.join(", ", KINDS));
        };
    }

    /** Virtual time has a resolution of a nanosecond, and runs for at most 1,000 years. */
    private static Duration duration(YamlValue value) {
        double seconds = value.number();
        if (seconds > 365.25 * 86_400 * 1_000) {
            throw value.error("must be at most 1,000 years, in seconds: " + value.text());
        }
        long whole = (long) seconds;
        return Duration.ofSeconds(whole, Math.round((seconds - whole) * 1e9));
    }

    private ScenarioEvent vmFault(Duration at, YamlValue body) {
        Map<String, YamlValue> fields = body.mapping(ImmutableSet.of("vm", "kind"));
        YamlValue kindValue = body.required(fields, "kind");
        FaultKind kind = kindValue.oneOf(FaultKind.class);
        if (kind.scope() != FaultKind.Scope.VM) {
            throw kindValue.error(kind + " is a fault of a host");
        }
        return new ScenarioEvent.VmFault(at, inventory.knownVm(body.required(fields, "vm")), kind);
    }

    private ScenarioEvent load(Duration at, YamlValue body) {
        Map<String, YamlValue> fields = body.mapping(ImmutableSet.of("vm", "load", "demand"));
        if (fields.containsKey("demand")) {
            throw body.required(fields, "demand").error("not supported yet");
        }
        return new ScenarioEvent.LoadSample(
                at,
                inventory.knownVm(body.required(fields, "vm")),
                body.required(fields, "load").number());
    }

    private HostId onlyHost(YamlValue body) {
        Map<String, YamlValue> fields = body.mapping(ImmutableSet.of("host"));
        return inventory.knownHost(body.required(fields, "host"));
    }
}
