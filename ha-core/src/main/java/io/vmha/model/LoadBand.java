package io.vmha.model;

import java.util.Arrays;

/**
 * Candidates in their order, the least loaded first, as a list of short sorted chunks: a change copies one chunk and the list
 * of chunks, and shares the rest. Immutable.
 */
final class LoadBand {
    private static final int LONGEST_CHUNK = 32;

    static final LoadBand EMPTY = new LoadBand(new Chunk[0]);

    private final Chunk[] chunks;

    private LoadBand(Chunk[] chunks) {
        this.chunks = chunks;
    }

    boolean isEmpty() {
        return chunks.length == 0;
    }

    /** With that candidate; the same where it is there already. */
    LoadBand with(Candidate added) {
        if (isEmpty()) {
            return new LoadBand(new Chunk[] {new Chunk(new Candidate[] {added})});
        }
        int at = chunkOf(added);
        int place = chunks[at].find(added);
        if (place >= 0) {
            return this;
        }
        Chunk longer = chunks[at].inserted(-place - 1, added);
        return longer.candidates.length <= LONGEST_CHUNK ? replaced(at, longer) : split(at, longer.candidates);
    }

    /** Without that candidate; the same where it is not there. */
    LoadBand without(Candidate removed) {
        if (isEmpty()) {
            return this;
        }
        int at = chunkOf(removed);
        int place = chunks[at].find(removed);
        if (place < 0) {
            return this;
        }
        return chunks[at].candidates.length > 1 ? replaced(at, chunks[at].deleted(place)) : withoutChunk(at);
    }

    /** The last chunk that begins at or before the candidate, or the first of all. */
    private int chunkOf(Candidate candidate) {
        int low = 0;
        int high = chunks.length - 1;
        while (low < high) {
            int middle = (low + high + 1) >>> 1;
            if (chunks[middle].beginsAtOrBefore(candidate)) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        return low;
    }

    private LoadBand replaced(int at, Chunk chunk) {
        Chunk[] copy = chunks.clone();
        copy[at] = chunk;
        return new LoadBand(copy);
    }

    private LoadBand withoutChunk(int at) {
        if (chunks.length == 1) {
            return EMPTY;
        }
        Chunk[] fewer = Arrays.copyOf(chunks, chunks.length - 1);
        System.arraycopy(chunks, at + 1, fewer, at, fewer.length - at);
        return new LoadBand(fewer);
    }

    private LoadBand split(int at, Candidate[] candidates) {
        Chunk[] more = Arrays.copyOf(chunks, chunks.length + 1);
        System.arraycopy(chunks, at + 1, more, at + 2, chunks.length - at - 1);
        more[at] = new Chunk(Arrays.copyOf(candidates, candidates.length / 2));
        more[at + 1] = new Chunk(Arrays.copyOfRange(candidates, candidates.length / 2, candidates.length));
        return new LoadBand(more);
    }

    /** Some candidates in a row, at least one. Immutable. */
    private static final class Chunk {
        private final Candidate[] candidates;
        // Kept here, so that the search for a chunk looks at nothing else in most cases.
        private final double firstLoad;
        private final long firstIdPrefix;

        private Chunk(Candidate[] candidates) {
            this.candidates = candidates;
            this.firstLoad = candidates[0].load();
            this.firstIdPrefix = candidates[0].idPrefix();
        }

        private boolean beginsAtOrBefore(Candidate candidate) {
            int order = Double.compare(firstLoad, candidate.load());
            if (order == 0) {
                order = Long.compareUnsigned(firstIdPrefix, candidate.idPrefix());
            }
            return order < 0 || (order == 0 && candidates[0].compareTo(candidate) <= 0);
        }

        /** Where the candidate stands, or -1 less where it would. */
        private int find(Candidate candidate) {
            int low = 0;
            int high = candidates.length - 1;
            while (low <= high) {
                int middle = (low + high) >>> 1;
                int order = candidates[middle].compareTo(candidate);
                if (order == 0) {
                    return middle;
                }
                if (order < 0) {
                    low = middle + 1;
                } else {
                    high = middle - 1;
                }
            }
            return -low - 1;
        }

        private Chunk inserted(int place, Candidate added) {
            Candidate[] longer = Arrays.copyOf(candidates, candidates.length + 1);
            System.arraycopy(candidates, place, longer, place + 1, candidates.length - place);
            longer[place] = added;
            return new Chunk(longer);
        }

        private Chunk deleted(int place) {
            Candidate[] shorter = Arrays.copyOf(candidates, candidates.length - 1);
            System.arraycopy(candidates, place + 1, shorter, place, shorter.length - place);
            return new Chunk(shorter);
        }
    }

    int chunks() {
        return chunks.length;
    }

    /** The candidates of a chunk in their order; not to be changed. */
    Candidate[] chunk(int at) {
        return chunks[at].candidates;
    }
}
