package io.vmha.sim;

import static com.google.common.collect.ImmutableSet.toImmutableSet;
import static java.util.stream.Collectors.joining;

import com.google.common.base.Splitter;
import io.vmha.adapter.Capability;
import io.vmha.center.config.AutomationLevel;
import io.vmha.center.config.CenterConfig;
import io.vmha.center.config.HostFencing;
import io.vmha.center.config.RecoveryLimit;
import io.vmha.center.config.StormGuard;
import io.vmha.center.config.VmStormGuard;
import io.vmha.model.AntiAffinityGroup;
import io.vmha.model.ClusterRole;
import io.vmha.model.CpuPlatform;
import io.vmha.model.Host;
import io.vmha.model.HostId;
import io.vmha.model.Inventory;
import io.vmha.model.RackId;
import io.vmha.model.Resources;
import io.vmha.model.TemplateId;
import io.vmha.model.VirtualMachine;
import io.vmha.model.VmId;
import io.vmha.model.VmType;
import io.vmha.policy.FailbackMode;
import io.vmha.policy.FailoverConfig;
import io.vmha.policy.RecoveryMode;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Courses as text that a person can read and write, one thing a line: a word, and its fields as {@code key=value}. What a file does not
 * say is as the reference design has it. Stateless.
 */
final class CourseFile {
    private static final String DATABASES = "DATABASES";

    private CourseFile() {}

    /** One line: its first words, and its fields. */
    private record Line(List<String> words, Map<String, String> fields) {
        static Line of(String text) {
            List<String> words = new ArrayList<>();
            Map<String, String> fields = new HashMap<>();
            for (String part : Splitter.on(' ').omitEmptyStrings().split(text)) {
                int equals = part.indexOf('=');
                if (equals < 0) {
                    words.add(part);
                } else {
                    fields.put(part.substring(0, equals), part.substring(equals + 1));
                }
            }
            return new Line(words, fields);
        }

        Optional<String> field(String key) {
            return Optional.ofNullable(fields.get(key));
        }

        String require(String key) {
            return field(key).orElseThrow(() -> new IllegalArgumentException("no " + key + " in " + this));
        }

        int number(String key) {
            return Integer.parseInt(require(key));
        }

        Optional<Duration> millis(String key) {
            return field(key).map(Long::parseLong).map(Duration::ofMillis);
        }
    }

    /** Writes a course. */
    static String write(SimulatedCourse course) {
        StringBuilder text = new StringBuilder();
        text.append("chance seed=").append(course.seed()).append(" errors=").append(course.errorRate());
        text.append(" slow=").append(course.isSlow()).append(" durable=").append(course.isDurable());
        text.append(" asynchronous=").append(course.isAsynchronous());
        String lacks = Stream.concat(
                        course.lacks().databases() ? Stream.of(DATABASES) : Stream.of(),
                        course.lacks().capabilities().stream().map(Capability::name))
                .collect(joining(","));
        if (!lacks.isEmpty()) {
            text.append(" lacks=").append(lacks);
        }
        course.resync().ifPresent(every -> text.append(" resync=").append(every.toMillis()));
        text.append('\n');
        write(course.config(), text);
        write(course.failover(), text);
        course.inventory().hosts().stream()
                .sorted(Comparator.comparing(Host::id))
                .forEach(host -> write(host, text));
        course.inventory().vms().stream()
                .sorted(Comparator.comparing(VirtualMachine::id))
                .forEach(vm -> write(vm, text));
        course.events()
                .forEach(event -> text.append(String.format(
                        Locale.ROOT,
                        "at %.3f %s vm=%s host=%s number=%d%n",
                        event.at().toMillis() / 1e3,
                        event.kind(),
                        event.vm(),
                        event.host(),
                        event.number())));
        return text.toString();
    }

    private static void write(CenterConfig config, StringBuilder text) {
        text.append("config deadline=").append(config.actionDeadline().toMillis());
        text.append(" actionsPerHost=").append(config.maxConcurrentActionsPerHost());
        text.append(" hostFencing=").append(config.hostFencing());
        text.append(" automation=").append(config.automation());
        text.append(" gather=").append(config.gatherWindow().toMillis());
        config.stormGuard()
                .ifPresent(guard -> text.append(" stormFraction=")
                        .append(guard.maxHostFraction())
                        .append(" stormWindow=")
                        .append(guard.window().toMillis()));
        config.vmStormGuard()
                .ifPresent(guard -> text.append(" vmStormFraction=")
                        .append(guard.maxVmFraction())
                        .append(" vmStormWindow=")
                        .append(guard.window().toMillis()));
        config.maxRecoveriesPerVm()
                .ifPresent(limit -> text.append(" recoveries=")
                        .append(limit.count())
                        .append(" recoveriesWindow=")
                        .append(limit.window().toMillis()));
        text.append('\n');
    }

    private static void write(FailoverConfig failover, StringBuilder text) {
        text.append("failover failback=").append(failover.failback());
        failover.maxReplicationLag().ifPresent(lag -> text.append(" maxLag=").append(lag.toMillis()));
        new TreeMap<>(failover.recovery())
                .forEach((type, mode) ->
                        text.append(' ').append(type).append('=').append(mode));
        text.append('\n');
    }

    private static void write(Host host, StringBuilder text) {
        text.append("host ").append(host.id()).append(" role=").append(host.role());
        text.append(" cpu=").append(host.capacity().cpuMillis());
        text.append(" memory=").append(host.capacity().memoryMiB());
        host.rack().ifPresent(rack -> text.append(" rack=").append(rack));
        host.cpuPlatform().ifPresent(cpu -> text.append(" cpuPlatform=").append(cpu));
        text.append('\n');
    }

    private static void write(VirtualMachine vm, StringBuilder text) {
        text.append("vm ").append(vm.id()).append(" type=").append(vm.type());
        text.append(" host=").append(vm.host());
        text.append(" cpu=").append(vm.allocation().cpuMillis());
        text.append(" memory=").append(vm.allocation().memoryMiB());
        text.append(" load=").append(vm.load()).append(" priority=").append(vm.priority());
        vm.template().ifPresent(template -> text.append(" template=").append(template));
        vm.member().ifPresent(member -> text.append(" member=").append(member));
        vm.antiAffinity().forEach(group -> text.append(" apart=").append(group));
        text.append('\n');
    }

    /**
     * Reads a course.
     *
     * @throws IllegalArgumentException if a line says nothing that is known
     */
    static SimulatedCourse read(String text) {
        Inventory.Builder inventory = Inventory.builder();
        List<CourseEvent> events = new ArrayList<>();
        Line chance = Line.of("chance");
        Line config = Line.of("config");
        Line failover = Line.of("failover");
        for (String line : Splitter.on('\n').trimResults().omitEmptyStrings().split(text)) {
            if (line.startsWith("#")) {
                continue;
            }
            Line read = Line.of(line);
            switch (read.words().get(0)) {
                case "chance" -> chance = read;
                case "config" -> config = read;
                case "failover" -> failover = read;
                case "host" -> inventory.add(host(read));
                case "vm" -> inventory.add(vm(read));
                case "at" -> events.add(event(read));
                default -> throw new IllegalArgumentException("a course cannot say " + line);
            }
        }
        return new SimulatedCourse(
                chance.field("seed").map(Long::parseLong).orElse(0L),
                inventory.build(),
                config(config),
                failover(failover),
                chance.field("errors").map(Double::parseDouble).orElse(0.0),
                chance.field("slow").map(Boolean::parseBoolean).orElse(false),
                chance.field("durable").map(Boolean::parseBoolean).orElse(false),
                chance.field("asynchronous").map(Boolean::parseBoolean).orElse(false),
                chance.field("lacks").map(CourseFile::lacks).orElse(SimulatedCourse.Lacks.NOTHING),
                chance.millis("resync"),
                events);
    }

    private static SimulatedCourse.Lacks lacks(String words) {
        Set<String> named = new LinkedHashSet<>(Splitter.on(',').splitToList(words));
        boolean hasNoDatabases = named.remove(DATABASES);
        return new SimulatedCourse.Lacks(
                hasNoDatabases, named.stream().map(Capability::valueOf).collect(toImmutableSet()));
    }

    private static CenterConfig config(Line line) {
        CenterConfig.Builder config =
                CenterConfig.builder().actionDeadline(line.millis("deadline").orElse(Duration.ofSeconds(5)));
        line.field("actionsPerHost").map(Integer::parseInt).ifPresent(config::maxConcurrentActionsPerHost);
        line.field("hostFencing").map(HostFencing::valueOf).ifPresent(config::hostFencing);
        line.field("automation").map(AutomationLevel::valueOf).ifPresent(config::automation);
        line.millis("gather").ifPresent(config::gatherWindow);
        config.stormGuard(line.millis("stormWindow")
                .map(window -> new StormGuard(Double.parseDouble(line.require("stormFraction")), window)));
        config.vmStormGuard(line.millis("vmStormWindow")
                .map(window -> new VmStormGuard(Double.parseDouble(line.require("vmStormFraction")), window)));
        line.millis("recoveriesWindow")
                .ifPresent(window -> config.maxRecoveriesPerVm(new RecoveryLimit(line.number("recoveries"), window)));
        return config.build();
    }

    private static FailoverConfig failover(Line line) {
        FailoverConfig.Builder failover = FailoverConfig.builder();
        line.field("failback").map(FailbackMode::valueOf).ifPresent(failover::failback);
        line.millis("maxLag").ifPresent(failover::maxReplicationLag);
        for (VmType type : List.of(VmType.MIDDLEWARE, VmType.DATABASE)) {
            line.field(type.toString()).map(RecoveryMode::valueOf).ifPresent(mode -> failover.putRecovery(type, mode));
        }
        return failover.build();
    }

    private static Resources resources(Line line) {
        return Resources.of(line.number("cpu"), line.number("memory"));
    }

    private static Host host(Line line) {
        return Host.builder()
                .id(HostId.of(line.words().get(1)))
                .role(ClusterRole.valueOf(line.require("role")))
                .capacity(resources(line))
                .rack(line.field("rack").map(RackId::of))
                .cpuPlatform(line.field("cpuPlatform").map(CpuPlatform::parse))
                .build();
    }

    private static VirtualMachine vm(Line line) {
        return VirtualMachine.builder()
                .id(VmId.of(line.words().get(1)))
                .type(VmType.of(line.require("type")))
                .host(HostId.of(line.require("host")))
                .allocation(resources(line))
                .load(line.field("load").map(Double::parseDouble).orElse(0.0))
                .priority(line.field("priority").map(Integer::parseInt).orElse(0))
                .template(line.field("template").map(TemplateId::of))
                .member(line.field("member"))
                .antiAffinity(
                        line.field("apart").map(AntiAffinityGroup::of).stream().toList())
                .build();
    }

    private static CourseEvent event(Line line) {
        return new CourseEvent(
                Duration.ofMillis(Math.round(Double.parseDouble(line.words().get(1)) * 1_000)),
                CourseEvent.Kind.valueOf(line.words().get(2)),
                VmId.of(line.field("vm").orElse("none")),
                HostId.of(line.field("host").orElse("none")),
                line.field("number").map(Integer::parseInt).orElse(0));
    }
}
