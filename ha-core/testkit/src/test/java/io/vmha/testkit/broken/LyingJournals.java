package io.vmha.testkit.broken;

import io.vmha.center.journal.JournalEntry;
import io.vmha.center.journal.JournalException;
import io.vmha.center.journal.JournalState;
import io.vmha.center.journal.PlanJournal;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/** Journals that are each broken in one way, around one that keeps the contract. */
final class LyingJournals {

    /** A journal that passes on what it is not told otherwise. */
    private abstract static class Journal implements PlanJournal {
        final PlanJournal real;

        Journal(PlanJournal real) {
            this.real = real;
        }

        @Override
        public JournalState open(long epoch) {
            return real.open(epoch);
        }

        @Override
        public void write(long epoch, List<JournalEntry> entries) {
            real.write(epoch, entries);
        }

        @Override
        public void close() {
            real.close();
        }
    }

    /** One that writes something else than it was given. */
    private static final class Changing extends Journal {
        private final UnaryOperator<List<JournalEntry>> change;

        Changing(PlanJournal real, UnaryOperator<List<JournalEntry>> change) {
            super(real);
            this.change = change;
        }

        @Override
        public void write(long epoch, List<JournalEntry> entries) {
            super.write(epoch, change.apply(entries));
        }
    }

    private static BrokenPart<PlanJournal> forgetting(Class<? extends JournalEntry> kind, String caughtBy) {
        return new BrokenPart<>(
                "forgets each " + kind.getSimpleName(),
                caughtBy,
                real -> new Changing(
                        real,
                        entries -> entries.stream()
                                .filter(entry -> !kind.isInstance(entry))
                                .toList()));
    }

    private static final List<BrokenPart<PlanJournal>> FORGETTING = List.of(
            forgetting(JournalEntry.PlanOpened.class, "aPlanThatWasNotFinishedIsThereForTheNextCenter"),
            forgetting(JournalEntry.PlanApproved.class, "aPlanThatWasNotFinishedIsThereForTheNextCenter"),
            forgetting(JournalEntry.StepStarted.class, "aPlanThatWasNotFinishedIsThereForTheNextCenter"),
            forgetting(JournalEntry.StepEnded.class, "anyEntriesComeBackAsTheyWere"),
            forgetting(JournalEntry.PlanClosed.class, "aPlanThatWasClosedIsGoneButItsNumberAndReportAreKnown"),
            forgetting(JournalEntry.ReportTaken.class, "aPlanThatWasClosedIsGoneButItsNumberAndReportAreKnown"),
            forgetting(JournalEntry.VmRecovered.class, "aPlanThatWasClosedIsGoneButItsNumberAndReportAreKnown"),
            forgetting(JournalEntry.VmNoted.class, "whatIsAsItIsByDefaultAgainIsForgotten"),
            forgetting(JournalEntry.HostNoted.class, "whatIsAsItIsByDefaultAgainIsForgotten"),
            forgetting(JournalEntry.VmForgotten.class, "whatIsAsItIsByDefaultAgainIsForgotten"),
            forgetting(JournalEntry.HostForgotten.class, "whatIsAsItIsByDefaultAgainIsForgotten"),
            forgetting(
                    JournalEntry.SettingsChanged.class,
                    "whatOperatorsChoseWhoWritesAndWhatIsLeftOverIsThereForTheNextCenter"));

    private static final List<BrokenPart<PlanJournal>> OTHERWISE = List.of(
            new BrokenPart<>(
                    "writes the last entries when it is written to again",
                    "aPlanThatWasNotFinishedIsThereForTheNextCenter",
                    real -> new Journal(real) {
                        private List<JournalEntry> waiting = List.of();

                        @Override
                        public void write(long epoch, List<JournalEntry> entries) {
                            super.write(epoch, waiting);
                            waiting = entries;
                        }
                    }),
            new BrokenPart<>(
                    "writes entries in another order",
                    "whatIsAsItIsByDefaultAgainIsForgotten",
                    real -> new Changing(real, entries -> {
                        List<JournalEntry> turned = new ArrayList<>(entries);
                        Collections.reverse(turned);
                        return turned;
                    })),
            new BrokenPart<>(
                    "knows no revisions",
                    "aHigherRevisionReplacesAPlanAndALowerOneDoesNot",
                    real -> new Changing(
                            real,
                            entries ->
                                    entries.stream().map(LyingJournals::first).toList())),
            new BrokenPart<>(
                    "takes an offer for a plan",
                    "aPlanThatIsOnlyOfferedIsOfferedByTheNextCenterTooUntilItIsClosed",
                    real -> new Changing(
                            real,
                            entries ->
                                    entries.stream().map(LyingJournals::begun).toList())),
            new BrokenPart<>(
                    "refuses what it has already", "writingTheSameAgainChangesNothing", real -> new Journal(real) {
                        private final List<JournalEntry> seen = new ArrayList<>();

                        @Override
                        public void write(long epoch, List<JournalEntry> entries) {
                            if (!Collections.disjoint(seen, entries)) {
                                throw new JournalException("it is there already", new IllegalStateException());
                            }
                            seen.addAll(entries);
                            super.write(epoch, entries);
                        }
                    }),
            new BrokenPart<>(
                    "lets a leader write that was superseded",
                    "aLeaderOfAnEarlierEpochIsRefused",
                    real -> new Journal(real) {
                        private long newest;

                        @Override
                        public JournalState open(long epoch) {
                            newest = Math.max(newest, epoch);
                            return super.open(newest);
                        }

                        @Override
                        public void write(long epoch, List<JournalEntry> entries) {
                            super.write(newest, entries);
                        }
                    }),
            new BrokenPart<>(
                    "begins with epochs anew each time it is opened",
                    "theEpochIsKnownToTheNextCenter",
                    real -> new Journal(real) {
                        private long past;

                        @Override
                        public JournalState open(long epoch) {
                            past++;
                            return super.open(1_000 * past + epoch);
                        }

                        @Override
                        public void write(long epoch, List<JournalEntry> entries) {
                            super.write(1_000 * past + epoch, entries);
                        }
                    }));

    static final List<BrokenPart<PlanJournal>> ALL =
            Stream.concat(FORGETTING.stream(), OTHERWISE.stream()).toList();

    private LyingJournals() {}

    private static JournalEntry first(JournalEntry entry) {
        return entry instanceof JournalEntry.PlanOpened opened
                ? new JournalEntry.PlanOpened(
                        opened.at(), 1, opened.report(), opened.decision(), opened.plan(), opened.isOffer())
                : entry;
    }

    private static JournalEntry begun(JournalEntry entry) {
        return entry instanceof JournalEntry.PlanOpened opened
                ? new JournalEntry.PlanOpened(
                        opened.at(), opened.revision(), opened.report(), opened.decision(), opened.plan(), false)
                : entry;
    }
}
