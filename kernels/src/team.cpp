// The threads behind `omp parallel for` in the CPU library: g++ turns each loop into calls of the three functions at the end,
// and this file answers them in place of its run-time library.
//
// Why not the run-time library: kernels take 2 to 200 microseconds and come in hundreds. It offers two ways to wait. Sleeping
// costs 50 microseconds a loop on an idle machine; spinning costs milliseconds on a busy one, because a loop ends only when a
// thread that has lost its processor gets it back. (Measured, 2 processors, a V-cycle of 50 calls on 118k cells and coarser:
// one thread 213 microseconds; sleeping 317, beside a busy process 345; spinning 140, beside a busy process 640 to 7000;
// this file 106.)
//
// What happens here: a loop is cut into shares that any thread may claim. The caller claims what the workers have not, so it
// waits only for shares that somebody has begun, never for a thread that is not there. The cut, and with it every result,
// does not depend on who computes which share. Also without workers (after fork, or when another thread's loop keeps them
// busy) the caller computes every share itself.
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <sched.h>
#include <thread>

namespace {

constexpr int MOST_SHARES = 512;
constexpr int SHARES_PER_THREAD = 2;
constexpr double SPIN = 50e-6;   // s; after this a waiting worker offers its processor to others at every look
constexpr double AWAKE = 2e-3;   // s; after this it sleeps, and the next loop pays for waking it

struct alignas(64) Claim {
    std::atomic<unsigned long long> number{0};  // the last loop in which this share was claimed
};

alignas(64) std::atomic<unsigned long long> loop{0};  // number of the loop << 16 | its shares
alignas(64) std::atomic<int> finished{0};
alignas(64) std::atomic<bool> taken{false};            // the workers serve one caller at a time
void (*body)(void*) = nullptr;
void* data = nullptr;
Claim claims[MOST_SHARES];
std::atomic<int> workers{0}, sleepers{0};
std::mutex& door = *new std::mutex;  // never destroyed: at the end of the process a worker may still sleep on them
std::condition_variable& bell = *new std::condition_variable;
thread_local int share = 0, shares = 1;

inline void pause()
{
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    asm volatile("yield");
#endif
}

double now()
{
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

// Claim and compute shares of one loop, beginning with the thread's own so that its data stay in its cache.
// A worker that is late sees only shares claimed in this loop or a later one, and goes away.
void compute(const unsigned long long word, const int thread)
{
    const int total = (int)(word & 0xffff);
    const int first = thread * SHARES_PER_THREAD % total;
    for (int n = 0; n < total; ++n) {
        const int mine = first + n < total ? first + n : first + n - total;
        unsigned long long last = claims[mine].number.load(std::memory_order_relaxed);
        if (last >= word || !claims[mine].number.compare_exchange_strong(last, word, std::memory_order_acquire))
            continue;
        share = mine;
        shares = total;
        body(data);
        finished.fetch_add(1, std::memory_order_release);
    }
}

void work(const int thread)
{
    unsigned long long seen = 0;
    double since = now();
    for (unsigned look = 1;; ++look) {
        const unsigned long long word = loop.load(std::memory_order_acquire);
        if (word != seen) {
            seen = word;
            compute(word, thread);
            since = now();
            continue;
        }
        pause();
        if (look % 64)
            continue;
        const double idle = now() - since;
        if (idle > AWAKE) {
            std::unique_lock<std::mutex> lock(door);
            sleepers.fetch_add(1);
            bell.wait(lock, [&] { return loop.load() != seen; });
            sleepers.fetch_sub(1);
            since = now();
        }
        else if (idle > SPIN)
            sched_yield();
    }
}

void alone(void (*function)(void*), void* argument, const int total)
{
    for (int n = 0; n < total; ++n) {
        share = n;
        shares = total;
        function(argument);
    }
}

}  // namespace

extern "C" {

// Called by the code that g++ makes of `omp parallel`: run the loop's function once for each share.
__attribute__((visibility("hidden"))) void GOMP_parallel(void (*function)(void*), void* argument, unsigned threads, unsigned)
{
    if (threads <= 1)
        return alone(function, argument, 1);
    const int total = (int)threads * SHARES_PER_THREAD < MOST_SHARES ? (int)threads * SHARES_PER_THREAD : MOST_SHARES;
    if (taken.exchange(true, std::memory_order_acquire))
        return alone(function, argument, total);
    while (workers.load(std::memory_order_relaxed) < (int)threads - 1)
        std::thread(work, workers.fetch_add(1) + 1).detach();
    body = function;
    data = argument;
    finished.store(0, std::memory_order_relaxed);
    const unsigned long long word = (((loop.load(std::memory_order_relaxed) >> 16) + 1) << 16) | (unsigned long long)total;
    loop.store(word);
    if (sleepers.load() > 0) {
        std::lock_guard<std::mutex> lock(door);
        bell.notify_all();
    }
    compute(word, 0);
    for (unsigned look = 1; finished.load(std::memory_order_acquire) < total; ++look) {
        pause();
        if (look % 2048 == 0)
            sched_yield();  // the thread that holds the last share may be waiting for this very processor
    }
    taken.store(false, std::memory_order_release);
}

__attribute__((visibility("hidden"))) int omp_get_num_threads() { return shares; }
__attribute__((visibility("hidden"))) int omp_get_thread_num() { return share; }
}
