package io.vmha.center.journal;

import io.vmha.Fixtures;
import io.vmha.model.DesiredState;
import io.vmha.model.VirtualMachine;
import io.vmha.model.VmId;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.jetbrains.lincheck.datastructures.StressOptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** However centers interleave, nothing is written in an epoch that was superseded, and what was written is read. */
@Tag("slow")
@Param(name = "epoch", gen = IntGen.class, conf = "1:3")
public class InMemoryPlanJournalLincheckTest {
    private static final List<JournalEntry> ENTRIES = List.of(noted("mw1"), noted("db1"), noted("mw2"));

    private final InMemoryPlanJournal journal = new InMemoryPlanJournal();

    /** Takes the journal over, and tells what it holds. */
    @Operation
    public String open(@Param(name = "epoch") int epoch) {
        try {
            return journal.open(epoch).vms().stream()
                    .map(noted -> noted.vm().id().value())
                    .sorted()
                    .collect(Collectors.joining(" "));
        } catch (JournalException.Superseded superseded) {
            return "superseded";
        }
    }

    /** Writes two entries, which stand there together or not at all. */
    @Operation
    public String write(@Param(name = "epoch") int epoch) {
        try {
            journal.write(epoch, List.of(ENTRIES.get(epoch - 1), ENTRIES.get(epoch % ENTRIES.size())));
            return "written";
        } catch (JournalException.Superseded superseded) {
            return "superseded";
        }
    }

    private static JournalEntry noted(String name) {
        VirtualMachine vm = Fixtures.referenceEmbodiment().requireVm(VmId.of(name));
        return new JournalEntry.VmNoted(new VmState(
                vm, Set.of(vm.host()), DesiredState.RUNNING, List.of(), Set.of(), Optional.empty(), Optional.empty()));
    }

    @Test
    void isLinearizableInEveryInterleavingThatIsTried() {
        new ModelCheckingOptions()
                .threads(2)
                .actorsPerThread(3)
                .iterations(5)
                .invocationsPerIteration(300)
                .check(getClass());
    }

    @Test
    void isLinearizableUnderStress() {
        new StressOptions()
                .threads(3)
                .actorsPerThread(3)
                .iterations(20)
                .invocationsPerIteration(1_000)
                .check(getClass());
    }
}
