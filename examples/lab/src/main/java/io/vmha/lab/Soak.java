package io.vmha.lab;

import com.google.common.collect.ImmutableSet;
import io.vmha.model.HostId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;

/**
 * Real faults, far between, on a machine that is kept busy by more runnable threads than it has cores, while users' requests flow: each
 * fault is to be found, and nothing that is healthy is to be taken for failed. Runs in the network namespace of the lab's
 * management, on one thread.
 */
final class Soak {
    private static final double RATE = 1;
    /** More than the longest time for which a guest is watched before it is taken for hung, and a clone's start. */
    private static final Duration PATIENCE = Duration.ofMinutes(8);

    private static final Duration WARM_UP = Duration.ofSeconds(20);

    private final RunningLab lab;
    private final List<String> centerCommand;
    private final Duration length;
    private final int busyThreads;
    private final List<Fault> faults = new ArrayList<>();

    Soak(RunningLab lab, List<String> centerCommand, Duration length, int busyThreads) {
        this.lab = lab;
        this.centerCommand = List.copyOf(centerCommand);
        this.length = length;
        this.busyThreads = busyThreads;
    }

    /** Something that makes a guest or a host fail. */
    private record Planned(String text, String subject, ImmutableSet<String> affected, Runnable make) {}

    /** Runs it and returns what came of it. */
    SoakSummary run() {
        CenterClient center = lab.start(centerCommand, RATE).center().client();
        RunningLab.pause(WARM_UP);
        keepBusy();
        long from = lab.mark("-", busyThreads + " threads keep the machine busy", List.of());
        List<Planned> planned = planned();
        Duration between = length.dividedBy(planned.size() + 1L);
        for (int i = 0; i < planned.size(); i++) {
            pauseUntil(from + between.multipliedBy(i + 1L).toMillis());
            boolean isLast = i == planned.size() - 1;
            if (isLast
                    || System.currentTimeMillis() < from + length.minus(between).toMillis()) {
                make(planned.get(i), center);
            } else {
                lab.progress()
                        .note("there is no time left for this: "
                                + planned.get(i).text());
            }
        }
        pauseUntil(from + length.toMillis());
        long until = lab.mark("-", "the end", List.of());
        return SoakSummary.of(Recording.events(lab.site()), faults, Guest.ALL.size(), from, until);
    }

    /** Their order leaves each guest alone for as long as can be before it fails. */
    private List<Planned> planned() {
        List<Planned> planned = new ArrayList<>();
        planned.add(guest("the filesystem of mw11 flips to read-only", "mw11", lab.guests()::breakFilesystem));
        planned.add(guest("all of mw21 hangs", "mw21", lab.guests()::hang));
        planned.add(guest("db21 is powered off by somebody", "db21", lab.guests()::powerOff));
        planned.add(guest("all of db11 hangs", "db11", lab.guests()::hang));
        planned.add(guest("the filesystem of db12 flips to read-only", "db12", lab.guests()::breakFilesystem));
        HostId h2 = HostId.of("h2");
        planned.add(new Planned(
                "the plug of h2 is pulled",
                h2.value(),
                Guest.ALL.stream()
                        .filter(guest -> guest.home().equals(h2))
                        .map(Guest::name)
                        .collect(ImmutableSet.toImmutableSet()),
                () -> lab.site().pullPlug(h2)));
        return planned;
    }

    private interface GuestFault {
        void make(HostId host, Guest guest);
    }

    private Planned guest(String text, String name, GuestFault fault) {
        Guest guest = Guest.named(name);
        return new Planned(
                text,
                name,
                ImmutableSet.of(name),
                () -> fault.make(
                        lab.guests().hostOf(guest).orElseThrow(() -> new LabException(name + " does not run")), guest));
    }

    private void make(Planned planned, CenterClient center) {
        long at = lab.mark("s", planned.text(), planned.affected().asList());
        Fault fault = new Fault(planned.text(), planned.subject(), planned.affected(), at, OptionalLong.empty());
        planned.make().run();
        boolean isHost = planned.affected().size() > 1;
        try {
            Waiting.until(
                    "is found: " + planned.text(),
                    PATIENCE,
                    () -> SoakSummary.of(Recording.events(lab.site()), List.of(fault), 0, at, at).found().stream()
                            .allMatch(found -> found.afterMs().isPresent()));
            // A host whose plug is out stays so: its guests have no room elsewhere.
            Waiting.until(
                    "all is as before",
                    PATIENCE,
                    () -> isHost ? center.state().isServed() : center.state().isAsAtFirst());
            long recovered = lab.mark("-", isHost ? "its requests have moved" : "all is as before", List.of());
            faults.add(isHost ? fault : fault.recovered(recovered));
        } catch (LabException late) {
            lab.progress().note(String.valueOf(late.getMessage()));
            faults.add(fault);
        }
    }

    /** The threads end by themselves if nobody ends them. */
    private void keepBusy() {
        long seconds = length.plus(PATIENCE.multipliedBy(planned().size())).toSeconds();
        for (int i = 0; i < busyThreads; i++) {
            Process busy = lab.site()
                    .shell()
                    .start(
                            lab.site().file("busy.log"),
                            lab.site().scriptCommand("libvirt/busy.sh", Long.toString(seconds)));
            AutoCloseable unused = lab.opened(busy::destroy);
        }
    }

    private static void pauseUntil(long when) {
        RunningLab.pause(Duration.ofMillis(Math.max(0, when - System.currentTimeMillis())));
    }
}
