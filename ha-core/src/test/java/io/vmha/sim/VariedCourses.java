package io.vmha.sim;

import io.vmha.model.Host;
import io.vmha.model.HostId;
import io.vmha.model.VirtualMachine;
import io.vmha.model.VmId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.LongFunction;

/**
 * Draws courses that are near others: where something went wrong once, something else does. One in three varies a course that was kept,
 * one has the events of two or three random courses in one, and one has those of a kept course happen in a random datacenter. Some events
 * are then left out, or happen at another time, to another VM or host, or twice. A fault that one random seed in 400,000 finds is found
 * within some ten thousand of these.
 *
 * <p>The course of a seed changes when another course is kept: what breaks is kept as a file. Immutable.
 */
final class VariedCourses implements LongFunction<SimulatedCourse> {
    private static final long RANDOM_SEEDS = 1L << 40;
    private static final int NEAR_MILLIS = 3_000;
    private static final double[] ERROR_RATES = {0.05, 0.15, 0.3, 0.3};

    private final List<SimulatedCourse> kept;

    VariedCourses(List<SimulatedCourse> kept) {
        this.kept = List.copyOf(kept);
    }

    @Override
    public SimulatedCourse apply(long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        return switch (random.nextInt(3)) {
            case 0 ->
                varied(keptCourse(random), random.nextInt(4) == 0 ? List.of(keptCourse(random)) : List.of(), random);
            case 1 ->
                varied(
                        randomCourse(random),
                        random.nextBoolean()
                                ? List.of(randomCourse(random))
                                : List.of(randomCourse(random), randomCourse(random)),
                        random);
            default -> {
                SimulatedCourse world = randomCourse(random);
                SimulatedCourse base = random.nextBoolean() ? world : world.with(List.of());
                yield varied(base, List.of(keptCourse(random)), random);
            }
        };
    }

    private SimulatedCourse keptCourse(SplittableRandom random) {
        return kept.get(random.nextInt(kept.size()));
    }

    private static SimulatedCourse randomCourse(SplittableRandom random) {
        return SimulatedCourse.of(random.nextLong(RANDOM_SEEDS));
    }

    /** The course with the events of others, too, all of them varied. */
    private static SimulatedCourse varied(SimulatedCourse base, List<SimulatedCourse> others, SplittableRandom random) {
        Subjects subjects = new Subjects(base, random);
        List<CourseEvent> events = new ArrayList<>();
        base.events().forEach(event -> vary(subjects.in(event), subjects, random, events));
        for (SimulatedCourse other : others) {
            other.events().forEach(event -> vary(subjects.in(event), subjects, random, events));
        }
        double errorRate = random.nextInt(3) == 0 ? base.errorRate() : ERROR_RATES[random.nextInt(ERROR_RATES.length)];
        boolean isSlow = base.isSlow() ^ random.nextInt(8) == 0;
        boolean isDurable = base.isDurable() && random.nextInt(8) == 0;
        return new SimulatedCourse(
                random.nextInt(3) == 0 ? base.seed() : random.nextLong(RANDOM_SEEDS),
                base.inventory(),
                base.config(),
                base.failover(),
                errorRate,
                isSlow,
                isDurable,
                base.isAsynchronous(),
                base.lacks(),
                base.resync(),
                RandomCourse.inOrder(
                        events.stream().map(event -> allowed(event, base)).toList()));
    }

    private static void vary(CourseEvent event, Subjects subjects, SplittableRandom random, List<CourseEvent> events) {
        Duration at = event.at();
        switch (random.nextInt(16)) {
            case 0 -> {}
            case 1, 2 -> events.add(event.with(near(at, random)));
            case 3 -> events.add(event.with(Duration.ofMillis(random.nextInt(RandomCourse.LAST_EVENT_MILLIS))));
            case 4 -> events.add(event.with(kind(random)));
            case 5 -> events.add(event.with(subjects.anyVm(), event.host()));
            case 6 -> events.add(event.with(event.vm(), subjects.anyHost()));
            case 7 -> events.add(new CourseEvent(at, event.kind(), event.vm(), event.host(), random.nextInt(100)));
            case 8 -> {
                events.add(event);
                events.add(event.with(near(at, random)).with(kind(random)));
            }
            default -> events.add(event);
        }
    }

    private static CourseEvent.Kind kind(SplittableRandom random) {
        CourseEvent.Kind[] kinds = CourseEvent.Kind.values();
        return kinds[random.nextInt(kinds.length)];
    }

    private static Duration near(Duration at, SplittableRandom random) {
        return Duration.ofMillis(Math.max(0, at.toMillis() + random.nextInt(2 * NEAR_MILLIS) - NEAR_MILLIS));
    }

    private static CourseEvent allowed(CourseEvent event, SimulatedCourse course) {
        return event.with(RandomCourse.allowed(event.kind(), course.config()));
    }

    /** The VMs and hosts of a course, and which of them stand for those of other courses. */
    private static final class Subjects {
        private final SplittableRandom random;
        private final List<VmId> vms;
        private final List<HostId> hosts;
        private final Map<VmId, VmId> forVms = new HashMap<>();
        private final Map<HostId, HostId> forHosts = new HashMap<>();

        private Subjects(SimulatedCourse course, SplittableRandom random) {
            this.random = random;
            this.vms = course.inventory().vms().stream()
                    .map(VirtualMachine::id)
                    .sorted()
                    .toList();
            this.hosts =
                    course.inventory().hosts().stream().map(Host::id).sorted().toList();
            vms.forEach(vm -> forVms.put(vm, vm));
            hosts.forEach(host -> forHosts.put(host, host));
        }

        private VmId anyVm() {
            return vms.get(random.nextInt(vms.size()));
        }

        private HostId anyHost() {
            return hosts.get(random.nextInt(hosts.size()));
        }

        private CourseEvent in(CourseEvent event) {
            return event.with(
                    forVms.computeIfAbsent(event.vm(), other -> anyVm()),
                    forHosts.computeIfAbsent(event.host(), other -> anyHost()));
        }
    }
}
