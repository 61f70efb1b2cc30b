package io.vmha.scenario;

import com.google.common.collect.ImmutableList;
import com.google.common.collect.ImmutableSet;
import io.vmha.fault.FaultKind;
import io.vmha.model.HostId;
import io.vmha.model.Resources;
import io.vmha.plan.ActionKind;
import io.vmha.plan.PlanId;
import io.vmha.policy.LoadSample;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Reads the events of a scenario. Stateless. */
final class EventReader {
    private static final Set<String> KINDS = ImmutableSet.of(
            "vmFault",
            "hostDown",
            "hostDegraded",
            "hostUp",
            "maintenance",
            "load",
            "vmRepaired",
            "replicationLag",
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
            case "hostUnreachable" -> new ScenarioEvent.HostUnreachable(at, onlyHost(body));
            case "actionFails" -> new ScenarioEvent.ActionFails(at, failure(body));
            case "centerCrash" -> {
                requireEmpty(body);
                yield new ScenarioEvent.CenterCrash(at);
            }
            case "centerRestart" -> {
                requireEmpty(body);
                yield new ScenarioEvent.CenterRestart(at);
            }
            case "hostDegraded" -> new ScenarioEvent.HostDegraded(at, onlyHost(body));
            case "hostUp" -> new ScenarioEvent.HostUp(at, onlyHost(body));
            case "maintenance" -> maintenance(at, body);
            case "load" -> new ScenarioEvent.Load(at, load(body));
            case "vmRepaired" -> {
                Map<String, YamlValue> fields = body.mapping(ImmutableSet.of("vm"));
                yield new ScenarioEvent.VmRepaired(at, inventory.knownVm(body.required(fields, "vm")));
            }
            case "replicationLag" -> replicationLag(at, body);
            case "approve" -> {
                Map<String, YamlValue> fields = body.mapping(ImmutableSet.of("plan"));
                yield new ScenarioEvent.Approve(
                        at, new PlanId(body.required(fields, "plan").integer(1, Long.MAX_VALUE)));
            }
            default -> throw body.error("unknown event; known are " + String.join(", ", KINDS));
        };
    }

    /** Virtual time has a resolution of a nanosecond, and runs for at most 1,000 years. */
    static Duration duration(YamlValue value) {
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

    private FailingActions.Failure failure(YamlValue body) {
        Map<String, YamlValue> fields = body.mapping(ImmutableSet.of("action", "vm", "host", "times", "error"));
        if (fields.containsKey("vm") == fields.containsKey("host")) {
            throw body.error("exactly one of vm and host must be given");
        }
        String subject = fields.containsKey("vm")
                ? inventory.knownVm(body.required(fields, "vm")).value()
                : inventory.knownHost(body.required(fields, "host")).value();
        return new FailingActions.Failure(
                body.required(fields, "action").oneOf(ActionKind.class),
                subject,
                (int) body.required(fields, "times").integer(1, Integer.MAX_VALUE),
                body.required(fields, "error").oneOf(FailingActions.Answer.class));
    }

    /** An event without fields is written with nothing, or an empty mapping, behind its name. */
    private static void requireEmpty(YamlValue body) {
        if (body.isMapping()) {
            body.mapping(ImmutableSet.of());
        } else if (!body.isNothing()) {
            throw body.error("takes no fields");
        }
    }

    private LoadSample load(YamlValue body) {
        Map<String, YamlValue> fields = body.mapping(ImmutableSet.of("vm", "load", "demand"));
        return new LoadSample(
                inventory.knownVm(body.required(fields, "vm")),
                body.required(fields, "load").number(),
                Optional.ofNullable(fields.get("demand")).map(EventReader::demand));
    }

    private static Resources demand(YamlValue value) {
        Map<String, YamlValue> fields = value.mapping(ImmutableSet.of("cpuMillis", "memoryMiB"));
        return Resources.of(
                value.required(fields, "cpuMillis").integer(0, Long.MAX_VALUE),
                value.required(fields, "memoryMiB").integer(0, Long.MAX_VALUE));
    }

    private ScenarioEvent maintenance(Duration at, YamlValue body) {
        Map<String, YamlValue> fields = body.mapping(ImmutableSet.of("host", "on"));
        return new ScenarioEvent.Maintenance(
                at,
                inventory.knownHost(body.required(fields, "host")),
                body.required(fields, "on").bool());
    }

    private ScenarioEvent replicationLag(Duration at, YamlValue body) {
        Map<String, YamlValue> fields = body.mapping(ImmutableSet.of("vm", "seconds"));
        return new ScenarioEvent.ReplicationLag(
                at, inventory.knownVm(body.required(fields, "vm")), duration(body.required(fields, "seconds")));
    }

    private HostId onlyHost(YamlValue body) {
        Map<String, YamlValue> fields = body.mapping(ImmutableSet.of("host"));
        return inventory.knownHost(body.required(fields, "host"));
    }
}
