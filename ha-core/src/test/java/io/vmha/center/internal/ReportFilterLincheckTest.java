package io.vmha.center.internal;

import io.vmha.fault.FaultKind;
import io.vmha.fault.FaultReport;
import io.vmha.model.VmId;
import java.time.Instant;
import java.util.List;
import org.jetbrains.lincheck.datastructures.IntGen;
import org.jetbrains.lincheck.datastructures.ModelCheckingOptions;
import org.jetbrains.lincheck.datastructures.Operation;
import org.jetbrains.lincheck.datastructures.Param;
import org.jetbrains.lincheck.datastructures.StressOptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** However threads interleave, the filter answers as if they had asked one after the other. */
@Tag("slow")
@Param(name = "sequence", gen = IntGen.class, conf = "1:3")
public class ReportFilterLincheckTest {
    private final ReportFilter filter = new ReportFilter(List.of());

    /** Claims a report. */
    @Operation
    public String claim(@Param(name = "sequence") int sequence) {
        return filter.claim(report(sequence))
                .map(ignored -> ignored.reason().name())
                .orElse("NEW");
    }

    /** Gives a report back. */
    @Operation
    public void release(@Param(name = "sequence") int sequence) {
        filter.release(report(sequence));
    }

    private static FaultReport report(int sequence) {
        return FaultReport.ofVm(VmId.of("db1"), FaultKind.FILESYSTEM_READ_ONLY, Instant.EPOCH, "monitor", sequence);
    }

    @Test
    void isLinearizableInEveryInterleavingThatIsTried() {
        new ModelCheckingOptions()
                .threads(3)
                .actorsPerThread(2)
                .iterations(20)
                .invocationsPerIteration(1_000)
                .check(getClass());
    }

    @Test
    void isLinearizableUnderStress() {
        new StressOptions()
                .threads(3)
                .actorsPerThread(3)
                .iterations(20)
                .invocationsPerIteration(2_000)
                .check(getClass());
    }
}
