#pragma once
#include "engines/disk_image.h"
