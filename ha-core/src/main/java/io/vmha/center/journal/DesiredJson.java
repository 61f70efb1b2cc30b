package io.vmha.center.journal;

import static com.google.common.base.Preconditions.checkArgument;

import com.google.common.collect.ImmutableSet;
import io.vmha.center.config.AutomationLevel;
import io.vmha.fault.FaultKind;
import io.vmha.fault.FaultReport;
import io.vmha.fault.FaultSubject;
import io.vmha.model.DesiredState;
import io.vmha.model.HostId;
import io.vmha.model.MemberId;
import io.vmha.model.ReplicaSetId;
import io.vmha.model.VmId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/** The JSON of {@link DesiredExport}, both directions beside one another. Pure functions. */
final class DesiredJson {
    private static final String FORMAT = "vmha-desired-state";

    private DesiredJson() {}

    static String write(DesiredExport export) {
        List<String> top = new ArrayList<>();
        top.add(member("format", JsonText.quoted(FORMAT)));
        top.add(member("version", Integer.toString(DesiredExport.VERSION)));
        flag(top, "paused", export.settings().isPaused());
        export.settings().automation().ifPresent(level -> top.add(member("automation", JsonText.quoted(level.name()))));
        rows(top, "vms", export.vms(), DesiredJson::vm);
        rows(top, "hosts", export.hosts(), DesiredJson::host);
        rows(top, "replicaSets", export.replicaSets(), DesiredJson::replicaSet);
        rows(top, "leftovers", export.leftovers(), DesiredJson::leftover);
        return "{\n" + String.join(",\n", top) + "\n}\n";
    }

    static DesiredExport read(String json) {
        return JsonObject.of("", JsonText.read(json)).whole(DesiredJson::export);
    }

    private static DesiredExport export(JsonObject from) {
        String format = from.text("format");
        checkArgument(format.equals(FORMAT), "format: %s: \"%s\" is expected", JsonText.shown(format), FORMAT);
        long version = from.number("version");
        checkArgument(
                version == DesiredExport.VERSION,
                "version: %s: this library reads version %s",
                version,
                DesiredExport.VERSION);
        CenterSettings settings = new CenterSettings(
                from.flag("paused"),
                from.optional("automation", text -> JsonObject.oneOf(text, AutomationLevel.class)));
        List<DesiredExport.Vm> vms = from.objects("vms", DesiredJson::vm);
        List<DesiredExport.Host> hosts = from.objects("hosts", DesiredJson::host);
        List<ReplicaSetState> replicaSets = from.objects("replicaSets", DesiredJson::replicaSet);
        List<Leftover> leftovers = from.objects("leftovers", DesiredJson::leftover);
        once("vms", vms, DesiredExport.Vm::id);
        once("hosts", hosts, DesiredExport.Host::id);
        once("replicaSets", replicaSets, ReplicaSetState::id);
        once("leftovers", leftovers, left -> left);
        return new DesiredExport(settings, vms, hosts, replicaSets, leftovers);
    }

    private static <T> void once(String key, List<T> values, Function<T, Object> id) {
        Set<Object> seen = new HashSet<>();
        for (int i = 0; i < values.size(); i++) {
            Object found = id.apply(values.get(i));
            if (!seen.add(found)) {
                throw JsonObject.wrong(key + "[" + i + "]", found, "it comes twice");
            }
        }
    }

    private static String vm(DesiredExport.Vm vm) {
        List<String> members = new ArrayList<>();
        members.add(member("id", quoted(vm.id())));
        members.add(member("desired", quoted(vm.desired())));
        vm.servedBy().ifPresent(server -> members.add(member("servedBy", quoted(server))));
        texts(members, "marks", vm.marks());
        if (!vm.faults().isEmpty()) {
            members.add(member(
                    "faults",
                    "["
                            + String.join(
                                    ", ",
                                    vm.faults().stream().map(DesiredJson::fault).toList()) + "]"));
        }
        return object(members);
    }

    private static DesiredExport.Vm vm(JsonObject from) {
        return new DesiredExport.Vm(
                from.parsed("id", VmId::of),
                from.constant("desired", DesiredState.class),
                from.optional("servedBy", VmId::of),
                ImmutableSet.copyOf(from.texts("marks", DesiredJson::mark)),
                from.objects("faults", DesiredJson::fault));
    }

    private static VmState.Flag mark(String text) {
        VmState.Flag flag = JsonObject.oneOf(text, VmState.Flag.class);
        checkArgument(DesiredExport.marks().contains(flag), "one of %s is expected", DesiredExport.marks());
        return flag;
    }

    private static String host(DesiredExport.Host host) {
        List<String> members = new ArrayList<>();
        members.add(member("id", quoted(host.id())));
        flag(members, "inMaintenance", host.inMaintenance());
        return object(members);
    }

    private static DesiredExport.Host host(JsonObject from) {
        return new DesiredExport.Host(from.parsed("id", HostId::of), from.flag("inMaintenance"));
    }

    private static String fault(OpenFault fault) {
        FaultReport report = fault.report();
        return object(List.of(
                member(report.subject().scope() == FaultKind.Scope.VM ? "vm" : "host", quoted(report.subject())),
                member("kind", quoted(report.kind())),
                member("observedAt", quoted(report.observedAt())),
                member("source", quoted(report.source())),
                member("sequence", Long.toString(report.sequence())),
                member("since", quoted(fault.since()))));
    }

    private static OpenFault fault(JsonObject from) {
        FaultKind kind = from.constant("kind", FaultKind.class);
        FaultSubject subject = kind.scope() == FaultKind.Scope.VM
                ? new FaultSubject.OfVm(from.parsed("vm", VmId::of))
                : new FaultSubject.OfHost(from.parsed("host", HostId::of));
        FaultReport report = FaultReport.builder()
                .subject(subject)
                .kind(kind)
                .observedAt(from.instant("observedAt"))
                .source(from.text("source"))
                .sequence(from.number("sequence"))
                .build();
        return new OpenFault(report, from.instant("since"));
    }

    private static String replicaSet(ReplicaSetState set) {
        List<String> members = replicaSetMembers(set);
        set.otherwise().ifPresent(state -> members.add(member("otherwise", object(replicaSetMembers(state)))));
        return object(members);
    }

    private static List<String> replicaSetMembers(ReplicaSetState set) {
        List<String> members = new ArrayList<>();
        members.add(member("id", quoted(set.id())));
        members.add(member("timeline", Long.toString(set.timeline())));
        set.lastWriter().ifPresent(writer -> members.add(member("lastWriter", quoted(writer))));
        texts(members, "diverged", set.diverged().stream().sorted().toList());
        return members;
    }

    private static ReplicaSetState replicaSet(JsonObject from) {
        return unpromoted(from).withOtherwise(from.optionalObject("otherwise", DesiredJson::unpromoted));
    }

    private static ReplicaSetState unpromoted(JsonObject from) {
        return new ReplicaSetState(
                from.parsed("id", ReplicaSetId::of),
                from.count("timeline"),
                from.optional("lastWriter", MemberId::of),
                ImmutableSet.copyOf(from.texts("diverged", MemberId::of)),
                Optional.empty(),
                Optional.empty());
    }

    private static String leftover(Leftover left) {
        return object(List.of(
                member("vm", quoted(left.vm())),
                member("host", quoted(left.host())),
                member("what", quoted(left.what())),
                member("since", quoted(left.since()))));
    }

    private static Leftover leftover(JsonObject from) {
        return new Leftover(
                from.parsed("vm", VmId::of),
                from.parsed("host", HostId::of),
                from.parsed("what", DesiredJson::notBlank),
                from.instant("since"));
    }

    private static String notBlank(String text) {
        checkArgument(!text.isBlank(), "it must not be blank");
        return text;
    }

    private static String quoted(Object value) {
        return JsonText.quoted(value instanceof Enum<?> constant ? constant.name() : value.toString());
    }

    private static String member(String key, String json) {
        return JsonText.quoted(key) + ": " + json;
    }

    private static String object(List<String> members) {
        return "{" + String.join(", ", members) + "}";
    }

    private static void flag(List<String> members, String key, boolean value) {
        if (value) {
            members.add(member(key, "true"));
        }
    }

    private static void texts(List<String> members, String key, Collection<?> values) {
        if (!values.isEmpty()) {
            members.add(member(
                    key,
                    "["
                            + String.join(
                                    ", ",
                                    values.stream().map(DesiredJson::quoted).toList()) + "]"));
        }
    }

    private static <T> void rows(List<String> members, String key, List<T> values, Function<T, String> row) {
        if (!values.isEmpty()) {
            members.add(member(
                    key, "[\n  " + String.join(",\n  ", values.stream().map(row).toList()) + "\n]"));
        }
    }
}
