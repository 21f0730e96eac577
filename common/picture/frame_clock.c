/* SPDX-License-Identifier: MIT */
/* Encodes and decodes the blocks. */
#include "frame_clock.h"

/* 32 bits of number, 48 of time, 16 of checksum, most significant first, row by row. */
#define NUMBER_BITS 32
#define TIME_BITS   48
#define CHECK_BITS  16
#define BITS        (NUMBER_BITS + TIME_BITS + CHECK_BITS)
#define BITS_IN_ROW (CLOCK_COLUMNS - 2)

_Static_assert(BITS == CLOCK_ROWS * BITS_IN_ROW, "the bits fill the cells between the columns");

/* The fixed columns: white in the corners, so that the edges can be found. */
static bool fixed_cell(uint32_t row)
{
    return row != 1;
}

/* The polynomial of CRC-16/XMODEM, started at all ones: all zeros is not a valid code. */
static uint16_t check_sum(const bool bits[NUMBER_BITS + TIME_BITS])
{
    uint16_t crc = 0xffff;
    for (int i = 0; i < NUMBER_BITS + TIME_BITS; i++) {
        const bool carry = (crc >> 15) != bits[i];
        crc = (uint16_t)((crc << 1) ^ (carry ? 0x1021 : 0));
    }
    return crc;
}

static void put_bits(bool *bits, uint64_t value, int count)
{
    for (int i = 0; i < count; i++)
        bits[i] = value >> (count - 1 - i) & 1;
}

static uint64_t get_bits(const bool *bits, int count)
{
    uint64_t value = 0;
    for (int i = 0; i < count; i++)
        value = value << 1 | bits[i];
    return value;
}

void clock_encode(const struct clock_code *code, clock_cells cells)
{
    bool bits[BITS];
    put_bits(bits, code->number, NUMBER_BITS);
    put_bits(bits + NUMBER_BITS, code->time_us, TIME_BITS);
    put_bits(bits + NUMBER_BITS + TIME_BITS, check_sum(bits), CHECK_BITS);

    for (uint32_t row = 0; row < CLOCK_ROWS; row++) {
        cells[row][0] = cells[row][CLOCK_COLUMNS - 1] = fixed_cell(row);
        for (uint32_t i = 0; i < BITS_IN_ROW; i++)
            cells[row][1 + i] = bits[row * BITS_IN_ROW + i];
    }
}

uint32_t clock_strip_lines(uint32_t height)
{
    return height / CLOCK_STRIP_SHARE & ~1u;
}

struct clock_cell clock_cell_at(uint32_t width, uint32_t height, enum clock_strip strip,
                                uint32_t row, uint32_t column)
{
    const uint32_t lines = clock_strip_lines(height);
    const uint32_t top = strip == CLOCK_TOP ? 0 : height - lines;
    return (struct clock_cell){
        .x = column * width / CLOCK_COLUMNS,
        .end_x = (column + 1) * width / CLOCK_COLUMNS,
        .y = top + row * lines / CLOCK_ROWS,
        .end_y = top + (row + 1) * lines / CLOCK_ROWS,
    };
}

/* The mean brightness of the inner half of a cell, in 1/256. */
static uint32_t cell_brightness(const struct clock_picture *picture, enum clock_strip strip,
                                uint32_t row, uint32_t column)
{
    const struct clock_cell cell =
        clock_cell_at(picture->width, picture->height, strip, row, column);
    const uint32_t margin_x = (cell.end_x - cell.x) / 4;
    const uint32_t margin_y = (cell.end_y - cell.y) / 4;
    uint64_t sum = 0;
    uint64_t count = 0;
    for (uint32_t y = cell.y + margin_y; y < cell.end_y - margin_y; y++) {
        const uint8_t *line = picture->luma + y * picture->stride;
        for (uint32_t x = cell.x + margin_x; x < cell.end_x - margin_x; x++, count++)
            sum += line[x * picture->step];
    }
    return count ? (uint32_t)(sum * 256 / count) : 0;
}

/* The brightness halfway between black and white; false if those are too close to distinguish. */
static bool find_threshold(const struct clock_picture *picture, enum clock_strip strip,
                           uint32_t *threshold)
{
    uint32_t darkest_white = UINT32_MAX;
    uint32_t brightest_black = 0;
    for (uint32_t row = 0; row < CLOCK_ROWS; row++) {
        for (uint32_t side = 0; side < 2; side++) {
            const uint32_t column = side ? CLOCK_COLUMNS - 1 : 0;
            const uint32_t brightness = cell_brightness(picture, strip, row, column);
            if (fixed_cell(row))
                darkest_white = brightness < darkest_white ? brightness : darkest_white;
            else
                brightest_black = brightness > brightest_black ? brightness : brightest_black;
        }
    }
    *threshold = (darkest_white + brightest_black) / 2;
    return darkest_white > brightest_black + 16 * 256;
}

bool clock_decode(const struct clock_picture *picture, enum clock_strip strip,
                  struct clock_code *code)
{
    uint32_t threshold;
    bool bits[BITS];
    if (picture->width < CLOCK_WIDTH_MIN || picture->height < CLOCK_HEIGHT_MIN ||
        !find_threshold(picture, strip, &threshold))
        return false;

    for (uint32_t row = 0; row < CLOCK_ROWS; row++)
        for (uint32_t i = 0; i < BITS_IN_ROW; i++)
            bits[row * BITS_IN_ROW + i] = cell_brightness(picture, strip, row, 1 + i) > threshold;

    if (get_bits(bits + NUMBER_BITS + TIME_BITS, CHECK_BITS) != check_sum(bits))
        return false;
    code->number = (uint32_t)get_bits(bits, NUMBER_BITS);
    code->time_us = get_bits(bits + NUMBER_BITS, TIME_BITS);
    return true;
}
