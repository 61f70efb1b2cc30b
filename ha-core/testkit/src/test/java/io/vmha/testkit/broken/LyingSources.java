package io.vmha.testkit.broken;

import io.vmha.adapter.FaultSource;
import io.vmha.fault.FaultKind;
import io.vmha.fault.FaultReport;
import io.vmha.model.HostId;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/** Fault sources that are each broken in one way, around one that keeps the contract. */
final class LyingSources {

    /** Passes reports on as they are told otherwise. */
    private static FaultSource told(FaultSource real, UnaryOperator<FaultReport> otherwise) {
        return receiver -> real.watch(report -> receiver.accept(otherwise.apply(report)));
    }

    static final List<BrokenPart<FaultSource>> ALL = List.of(
            new BrokenPart<>("tells nothing", "whatFailsIsTold", real -> receiver -> real.watch(report -> {})),
            new BrokenPart<>(
                    "blames the host for what a VM did",
                    "whatFailsIsTold",
                    real -> told(
                            real,
                            report -> FaultReport.ofHost(
                                    HostId.of("h1"),
                                    FaultKind.HOST_DOWN,
                                    report.observedAt(),
                                    report.source(),
                                    report.sequence()))),
            new BrokenPart<>(
                    "takes the host for lost, too",
                    "nothingIsToldOfWhatIsWell",
                    real -> receiver -> real.watch(report -> {
                        receiver.accept(report);
                        receiver.accept(FaultReport.ofHost(
                                HostId.of("h1"),
                                FaultKind.HOST_DOWN,
                                report.observedAt(),
                                report.source(),
                                report.sequence() + 1));
                    })),
            new BrokenPart<>("tells the first who watches", "eachWatchingIsTold", real -> new FaultSource() {
                private boolean isWatched;

                @Override
                public Watching watch(Consumer<FaultReport> receiver) {
                    boolean isFirst = !isWatched;
                    isWatched = true;
                    return isFirst ? real.watch(receiver) : () -> {};
                }
            }),
            new BrokenPart<>("tells the last who watches", "eachWatchingIsTold", real -> new FaultSource() {
                private Watching before = () -> {};

                @Override
                public Watching watch(Consumer<FaultReport> receiver) {
                    before.close();
                    before = real.watch(receiver);
                    return before;
                }
            }),
            new BrokenPart<>(
                    "goes on after it was closed", "aWatchingThatIsClosedIsToldNothingMore", real -> receiver -> {
                        FaultSource.Watching unused = real.watch(receiver);
                        return () -> {};
                    }),
            new BrokenPart<>(
                    "ends all watchings with one",
                    "closingAWatchingAgainAndAgainLeavesTheOthersAlone",
                    real -> new FaultSource() {
                        private final List<Watching> all = new ArrayList<>();

                        @Override
                        public Watching watch(Consumer<FaultReport> receiver) {
                            all.add(real.watch(receiver));
                            return () -> all.forEach(Watching::close);
                        }
                    }),
            new BrokenPart<>(
                    "ends the one that came last where it is closed again",
                    "closingAWatchingAgainAndAgainLeavesTheOthersAlone",
                    real -> new FaultSource() {
                        private final List<Watching> all = new ArrayList<>();

                        @Override
                        public Watching watch(Consumer<FaultReport> receiver) {
                            Watching mine = real.watch(receiver);
                            all.add(mine);
                            return () -> {
                                mine.close();
                                if (!all.remove(mine)) {
                                    all.remove(all.size() - 1).close();
                                }
                            };
                        }
                    }),
            new BrokenPart<>(
                    "gives all reports one number",
                    "reportsAreNumberedUpwards",
                    real -> told(real, report -> report.toBuilder().sequence(1).build())),
            new BrokenPart<>(
                    "counts from one with each watching",
                    "aWatchingThatBeginsLaterNumbersOnFromTheOneBefore",
                    real -> receiver -> {
                        AtomicLong next = new AtomicLong(1);
                        return real.watch(report -> receiver.accept(report.toBuilder()
                                .sequence(next.getAndIncrement())
                                .build()));
                    }),
            new BrokenPart<>(
                    "has a clock of its own",
                    "aReportIsNotFromTheFuture",
                    real -> told(
                            real,
                            report -> report.toBuilder()
                                    .observedAt(report.observedAt().plus(Duration.ofHours(1)))
                                    .build())),
            new BrokenPart<>(
                    "watches through what is closed, and hears nothing",
                    "whatIsClosedRefusesToWatch",
                    real -> receiver -> {
                        try {
                            return real.watch(receiver);
                        } catch (IllegalStateException closed) {
                            return () -> {};
                        }
                    }));

    private LyingSources() {}
}
